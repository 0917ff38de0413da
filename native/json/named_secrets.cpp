#include "json/named_secrets.hpp"

#include "json/character_set.hpp"
#include "json/json_scan.hpp"

#include <algorithm>

namespace millrace {
namespace {

constexpr CharacterSet kName{"A-Za-z0-9_.-"};
constexpr CharacterSet kSpace{" \t"};
constexpr CharacterSet kBackslash{"\\"};

bool isNumberStart(char character) { return character == '-' || (character >= '0' && character <= '9'); }

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
      const std::size_t value = text_.runEnd(at + 1, kSpace);
      text_.add(value, std::min(text_.text().find_first_of("\"\\\r\n'", value), text_.text().size()));
    }
    return;
  }
  const std::size_t quote = behind - 1;
  const std::size_t nameEnd = quote - (quote - text_.runStart(quote, kBackslash));
  if (names_.members.mayEndAt(text_.text(), nameEnd) && names_.members.endAt(text_.text(), nameEnd)) {
    redactMember(skipSpace(text_.text(), at + 1), quote - nameEnd);
  }
}

// The value of a member. With backslashes before its quotation marks it is JSON within a string.
void NamedSecrets::redactMember(std::size_t at, std::size_t backslashes) {
  const char first = text_.at(at);
  if (backslashes > 0) {
    redactWithin(at, backslashes);
  } else if (first == '"') {
    text_.add(at + 1, stringEnd(text_.text(), at + 1));
  } else if (isNumberStart(first) || first == '{' || first == '[') {
    text_.add(at, valueEnd(text_.text(), at), true);
  }
}

void NamedSecrets::redactWithin(std::size_t at, std::size_t backslashes) {
  if (text_.at(at) != '\\') {
    if (isNumberStart(text_.at(at))) {
      text_.add(at, text_.runEnd(at, kName));
    }
    return;
  }
  const std::size_t from = at + backslashes + 1;
  std::size_t to = from;
  for (std::size_t before = 0; to < text_.text().size(); ++to) {
    if (text_.at(to) == '"' && before <= backslashes) {
      to -= before;
      break;
    }
    before = text_.at(to) == '\\' ? before + 1 : 0;
  }
  text_.add(from, to);
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
  text_.add(value, std::min(text_.text().find_first_of(stops, value), text_.text().size()));
}

}  // namespace millrace
