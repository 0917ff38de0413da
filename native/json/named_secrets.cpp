#include "json/named_secrets.hpp"

#include "json/character_set.hpp"
#include "json/json_scan.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace millrace {
namespace {

constexpr CharacterSet kName{"A-Za-z0-9_.-"};
constexpr CharacterSet kSpace{" \t"};
constexpr CharacterSet kBackslash{"\\"};

char lowerCase(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character | 0x20) : character;
}

bool isNumberStart(char character) { return character == '-' || (character >= '0' && character <= '9'); }

// What stands behind a "=" in programs and statements is often no value, or a flag or a number.
bool isCode(std::string_view value) {
  constexpr std::size_t kLeast = 4;
  constexpr std::string_view kWords[] = {"null", "NULL",  "true",        "false", "undefined",
                                         "None", "await", "process.env", "SIG"};
  return value.size() < kLeast || value.starts_with('$') || value.starts_with('{') || value.starts_with('%') ||
         std::any_of(std::begin(kWords), std::end(kWords),
                     [&](std::string_view word) { return value.starts_with(word); });
}

}  // namespace

// There are many colons, mostly behind the names of members, of which most are as usual.
bool NamedSecrets::mayFollowName(std::size_t colon) const {
  const char before = text_.before(colon);
  if (before == '"' && text_.before(colon - 1) != '\\') {
    return names_.members.mayEndAt(text_.text(), colon - 1);
  }
  return before == '"' || kSpace.has(before) || names_.headers.mayEndAt(text_.text(), colon);
}

void NamedSecrets::seeColon(std::size_t at) {
  if (text_.isFound(at)) {
    return;
  }
  const std::size_t behind = text_.runStart(at, kSpace);
  if (text_.before(behind) != '"') {
    if (names_.headers.mayEndAt(text_.text(), at) && names_.headers.endAt(text_.text(), at)) {
      redactHeader(at);
    }
    return;
  }
  const std::size_t quote = behind - 1;
  const std::size_t nameEnd = text_.runStart(quote, kBackslash);
  if (names_.members.mayEndAt(text_.text(), nameEnd) && names_.members.endAt(text_.text(), nameEnd)) {
    redactMember(nameEnd, skipSpace(text_.text(), at + 1), quote - nameEnd);
  }
}

// A header's value goes to the end of the line, or to the quotation mark that stands before its name, too. Words about a header have
// no credentials: a cookie has a "=", and another one begins with a scheme, or is one long word.
void NamedSecrets::redactHeader(std::size_t colon) {
  constexpr std::string_view kSchemes[] = {"basic ",  "bearer ",    "digest ", "token ",
                                           "apikey ", "negotiate ", "aws4-",   "hmac "};
  constexpr std::size_t kLongWord = 16;
  constexpr std::size_t kTelling = 256;  // bytes that say what it is
  const std::size_t from = text_.runEnd(colon + 1, kSpace);
  const std::size_t name = text_.runStart(colon, kName);
  const char before = text_.before(name);
  const bool isQuoted =
      before == '\'' || (before == '"' && (text_.kind() == TextKind::plain || text_.before(name - 1) == '\\'));
  const char quote = isQuoted ? before : '\0';
  const std::string_view value = text_.text().substr(from, headerEnd(from, quote, kTelling) - from);
  const bool isCookie = lowerCase(text_.before(colon)) == 'e';
  const bool hasScheme = std::any_of(std::begin(kSchemes), std::end(kSchemes), [&](std::string_view scheme) {
    return value.size() > scheme.size() && std::equal(scheme.begin(), scheme.end(), value.begin(),
                                                      [](char one, char other) { return one == lowerCase(other); });
  });
  const bool isLongWord = value.size() >= kLongWord && value.find(' ') == std::string_view::npos;
  if (isCookie ? value.find('=') != std::string_view::npos : hasScheme || isLongWord) {
    text_.add(from, headerEnd(from, quote, text_.text().size()));
  }
}

// Or so many bytes behind its beginning.
std::size_t NamedSecrets::headerEnd(std::size_t from, char quote, std::size_t most) const {
  const bool isJson = text_.kind() == TextKind::json;
  const std::size_t end = from + std::min(most, text_.text().size() - from);
  for (std::size_t place = from; place < end; ++place) {
    const char character = text_.at(place);
    const char next = text_.at(place + 1);
    if (character == '\r' || character == '\n' || (character == quote && quote != '\0') ||
        (isJson && character == '"')) {
      return place;
    }
    if (isJson && character == '\\') {
      if (next == 'n' || next == 'r' || (next == '"' && quote == '"')) {
        return place;
      }
      ++place;
    }
  }
  return end;
}

// Names of which some values are no secrets: a version of a package named cookie, and a working directory.
bool NamedSecrets::isHarmless(std::size_t nameEnd, std::string_view value) const {
  const char last = lowerCase(text_.before(nameEnd));
  const bool isCookie = last == 'e' && lowerCase(text_.before(nameEnd - 1)) == 'i';
  const bool isDirectory = last == 'd' && lowerCase(text_.before(nameEnd - 1)) == 'w';
  return (isCookie && value.find('=') == std::string_view::npos) ||
         (isDirectory && (value.starts_with('/') || value.starts_with('~')));
}

// The value of a member. With backslashes before its quotation marks it is JSON within a string.
void NamedSecrets::redactMember(std::size_t nameEnd, std::size_t at, std::size_t backslashes) {
  const char first = text_.at(at);
  if (backslashes > 0) {
    redactWithin(at, backslashes);
  } else if (first == '"') {
    const std::size_t end = stringEnd(text_.text(), at + 1);
    if (!isHarmless(nameEnd, text_.text().substr(at + 1, end - at - 1))) {
      text_.add(at + 1, end);
    }
  } else if (isNumberStart(first) || first == '{' || first == '[') {
    text_.add(at, valueEnd(text_.text(), at), true);
  }
}

// JSON within a string is escaped, and within a string of that once more: quotation marks have 1, 3, 7, … backslashes before them, and a
// backslash of the inner text is two of them at each level.
void NamedSecrets::redactWithin(std::size_t at, std::size_t backslashes) {
  const char first = text_.at(at);
  if (first == '\\') {
    const std::size_t from = at + backslashes + 1;
    text_.add(from, endWithin(from, backslashes));
  } else if (isNumberStart(first)) {
    text_.add(at, text_.runEnd(at, kName));
  } else if (first == '{' || first == '[') {
    text_.add(at, containerEndWithin(at, backslashes));
  }
}

// Of the quotation mark there: how many backslashes before it are its own, if it ends a string of this or an outer level.
std::optional<std::size_t> NamedSecrets::endsLevel(std::size_t quote, std::size_t backslashes) const {
  std::size_t before = 0;
  while (before < quote && text_.at(quote - 1 - before) == '\\') {
    ++before;
  }
  for (std::size_t own = 0; own <= backslashes; own = 2 * own + 1) {
    if (before % (2 * (own + 1)) == own) {
      return own;
    }
  }
  return std::nullopt;
}

// Where a string ends that begins there, or the one that it lies in.
std::size_t NamedSecrets::endWithin(std::size_t from, std::size_t backslashes) const {
  for (std::size_t quote = text_.text().find('"', from); quote != std::string_view::npos;
       quote = text_.text().find('"', quote + 1)) {
    if (const std::optional<std::size_t> own = endsLevel(quote, backslashes)) {
      return quote - *own;
    }
  }
  return text_.text().size();
}

// The same of an object or array: behind its last bracket.
std::size_t NamedSecrets::containerEndWithin(std::size_t from, std::size_t backslashes) const {
  std::size_t depth = 0;
  bool isInString = false;
  for (std::size_t place = from; place < text_.text().size(); ++place) {
    const char character = text_.at(place);
    if (character == '"') {
      const std::optional<std::size_t> own = endsLevel(place, backslashes);
      if (own && *own < backslashes) {
        return place - *own;
      }
      isInString = own ? !isInString : isInString;
    } else if (!isInString && (character == '{' || character == '[')) {
      ++depth;
    } else if (!isInString && (character == '}' || character == ']') && --depth == 0) {
      return place + 1;
    }
  }
  return text_.text().size();
}

void NamedSecrets::seeEquals(std::size_t at) {
  if (text_.isFound(at) || !names_.assigned.mayEndAt(text_.text(), at) || text_.at(at + 1) == '=') {
    return;
  }
  if (!names_.assigned.endAt(text_.text(), at)) {
    return;
  }
  const bool isEscapedQuote = text_.at(at + 1) == '\\' && text_.at(at + 2) == '"';
  const bool isQuote = text_.at(at + 1) == '\'' || (text_.kind() == TextKind::plain && text_.at(at + 1) == '"');
  const std::size_t value = at + 1 + (isEscapedQuote ? 2 : 0) + (isQuote ? 1 : 0);
  if (text_.text().substr(value).starts_with(kReplacement)) {
    return;  // the bracket would end it
  }
  const std::string_view stops = isEscapedQuote || isQuote ? "\"'\\" : " \t\r\n\"'`&;,\\)<>|}]";
  const std::size_t end = std::min(text_.text().find_first_of(stops, value), text_.text().size());
  const std::string_view said = text_.text().substr(value, end - value);
  if (!isCode(said) && !isHarmless(at, said)) {
    text_.add(value, end);
  }
}

}  // namespace millrace
