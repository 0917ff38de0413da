#include "json/secret_finder.hpp"

#include "json/card_number.hpp"
#include "json/json_scan.hpp"
#include "json/secret_patterns.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

namespace millrace {
namespace {

constexpr CharacterSet kAlphanumeric{"A-Za-z0-9"};
constexpr CharacterSet kWord{"A-Za-z0-9_-"};
constexpr CharacterSet kName{"A-Za-z0-9_.-"};
constexpr CharacterSet kToken68{"A-Za-z0-9._~+/-"};  // RFC 9110, 11.2; the "=" at its end apart
constexpr CharacterSet kLocalPart{"A-Za-z0-9._%+-"};
constexpr CharacterSet kSpace{" \t"};
constexpr CharacterSet kUnquoted{"\x01-!#-[]-\xff"};  // all but NUL, quotation marks and backslashes
// No attempt to find where something begins goes further back, so that the time is linear.
constexpr std::size_t kFarthest = 256;

// The first of the characters before `at` that all are of the set.
std::size_t runStart(std::string_view text, std::size_t at, const CharacterSet& set) {
  std::size_t from = at;
  while (from > 0 && at - from < kFarthest && set.has(text[from - 1])) {
    --from;
  }
  return from;
}

std::size_t runEnd(std::string_view text, std::size_t at, const CharacterSet& set) {
  std::size_t to = at;
  while (to < text.size() && set.has(text[to])) {
    ++to;
  }
  return to;
}

bool endsWithIgnoringCase(std::string_view text, std::string_view lowerCase) {
  return text.size() >= lowerCase.size() &&
         std::equal(lowerCase.begin(), lowerCase.end(), text.end() - static_cast<std::ptrdiff_t>(lowerCase.size()),
                    [](char lower, char character) { return lower == (character | 0x20); });
}

template <typename See>
void forEachBit(std::uint64_t bits, See&& see) {
  for (; bits != 0; bits &= bits - 1) {
    see(static_cast<std::size_t>(std::countr_zero(bits)));
  }
}

}  // namespace

std::vector<SecretSpan> SecretFinder::find() {
  std::size_t offset = 0;
  for (; offset + ByteClasses::kBlock <= text_.size(); offset += ByteClasses::kBlock) {
    seeBlock(classesOf(text_.data() + offset), offset);
  }
  std::array<char, ByteClasses::kBlock> rest{};
  std::memcpy(rest.data(), text_.data() + offset, text_.size() - offset);
  seeBlock(classesOf(rest.data()), offset);
  return std::move(found_);
}

void SecretFinder::seeBlock(const ByteClasses& classes, std::size_t offset) {
  const auto see = [&](std::uint64_t bits, void (SecretFinder::*what)(std::size_t)) {
    forEachBit(bits, [&](std::size_t bit) { (this->*what)(offset + bit); });
  };
  see(words_.next(classes.word), &SecretFinder::seeWordRun);
  see(digits_.next(classes.digit), &SecretFinder::seeDigits);
  forEachBit(classes.colon, [&](std::size_t bit) {
    if (mayFollowName(offset + bit)) {
      seeColon(offset + bit);
    }
  });
  see(classes.other, &SecretFinder::seeOther);
}

void SecretFinder::seeOther(std::size_t at) {
  switch (text_[at]) {
    case '-':
      if (charAt(at + 1) == '-') {
        seeDash(at);
      }
      break;
    case '=':
      seeEquals(at);
      break;
    default:
      seeAt(at);
      break;
  }
}

// --- what shows by itself

void SecretFinder::seeWordRun(std::size_t last) {
  const std::size_t from = behindEscape(last - 15);
  if (isDone(from)) {
    return;
  }
  const std::size_t to = runEnd(text_, last + 1, kWord);
  if (!findVendorKey(from, to) && !findDotted(from) && !findJsonWebToken(from, to)) {
    findBearer(from);
  }
}

// A key may begin with the run, or behind a "_" or "-" in it.
bool SecretFinder::findVendorKey(std::size_t from, std::size_t to) {
  static const auto byFirst = [] {
    std::array<std::vector<const SecretPattern*>, 256> all;
    for (const SecretPattern& pattern : vendorPatterns()) {
      all[static_cast<unsigned char>(pattern.prefix.front())].push_back(&pattern);
    }
    return all;
  }();
  for (std::size_t at = from; at < to; ++at) {
    if (at > from && kAlphanumeric.has(text_[at - 1])) {
      continue;
    }
    for (const SecretPattern* const pattern : byFirst[static_cast<unsigned char>(text_[at])]) {
      if (const std::optional<std::size_t> end = matchEnd(*pattern, text_, at)) {
        add(at, *end);
        return true;
      }
    }
  }
  return false;
}

bool SecretFinder::findDotted(std::size_t from) {
  if (charBefore(from) != '.') {
    return false;
  }
  for (const SecretPattern& pattern : dottedPatterns()) {
    if (!text_.substr(0, from).ends_with(pattern.prefix)) {
      continue;
    }
    const std::size_t at = from - pattern.prefix.size();
    const std::optional<std::size_t> end = matchEnd(pattern, text_, at);
    if (end && (!kAlphanumeric.has(charBefore(at)) || isEscaped(text_, at - 1))) {
      add(at, *end);
      return true;
    }
  }
  return false;
}

// Three parts in base64url, the first of which is a JSON object's (RFC 7515, 7.1); five where it is encrypted (RFC 7516, 7.1).
bool SecretFinder::findJsonWebToken(std::size_t from, std::size_t to) {
  constexpr std::size_t kLeastPart = 4;
  if (!text_.substr(from).starts_with("eyJ") || charAt(to) != '.') {
    return false;
  }
  std::size_t end = runEnd(text_, to + 1, kWord);
  if (end - to <= kLeastPart || charAt(end) != '.') {
    return false;
  }
  for (std::size_t part = 0; part < 3 && charAt(end) == '.'; ++part) {
    end = runEnd(text_, end + 1, kWord);
  }
  add(from, end);
  return true;
}

// "Bearer" and a token (RFC 6750, 2.1).
void SecretFinder::findBearer(std::size_t run) {
  const std::size_t from = runStart(text_, run, kToken68);
  const std::size_t word = runStart(text_, from, kSpace);
  if (word == from || !endsWithIgnoringCase(text_.substr(0, word), "bearer")) {
    return;
  }
  std::size_t to = runEnd(text_, run, kToken68);
  while (charAt(to) == '=') {
    ++to;
  }
  add(from, to);
}

void SecretFinder::seeDigits(std::size_t last) {
  const std::size_t from = last - 3;
  const char before = charBefore(from);
  const bool isInside = kAlphanumeric.has(before) || before == '_' || before == '.' ||
                        (before == '-' && kAlphanumeric.has(charBefore(from - 1)));
  if (isDone(from) || (isInside && !isEscaped(text_, from - 1))) {
    return;
  }
  if (const std::optional<std::size_t> end = cardEnd(text_, from)) {
    add(from, *end, kind_ == TextKind::json && !isInString(text_, from));
  }
}

// A private key in PEM (RFC 7468); with its end cut off, too.
void SecretFinder::seeDash(std::size_t at) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  constexpr std::string_view kEnd = "-----END ";
  constexpr std::string_view kDashes = "-----";
  constexpr std::size_t kLongestLabel = 64;
  if (isDone(at) || !text_.substr(at).starts_with(kBegin)) {
    return;
  }
  const std::string_view label = text_.substr(at + kBegin.size(), kLongestLabel);
  const std::string_view name = label.substr(0, label.find(kDashes));
  if (name.size() == label.size() || name.find("PRIVATE KEY") == std::string_view::npos) {
    return;
  }
  const std::size_t most = kind_ == TextKind::json ? stringEnd(text_, at) : text_.size();
  const std::string_view all = text_.substr(0, most);
  const std::size_t end = all.find(kEnd, at);
  const std::size_t behind = end == std::string_view::npos ? end : all.find(kDashes, end + kEnd.size());
  add(at, behind == std::string_view::npos ? most : behind + kDashes.size());
}

void SecretFinder::seeAt(std::size_t at) {
  if (isDone(at)) {
    return;
  }
  findUrlPassword(at);
  if (what_.emails) {
    findEmail(at);
  }
}

// scheme://user:password@host (RFC 3986, 3.2.1)
void SecretFinder::findUrlPassword(std::size_t at) {
  constexpr CharacterSet kStops{" \t\r\n\"\\/<>'`"};
  std::size_t from = at;
  while (from > 0 && at - from < kFarthest && !kStops.has(text_[from - 1])) {
    --from;
  }
  const std::string_view userInfo = text_.substr(from, at - from);
  const std::size_t colon = userInfo.find(':');
  if (text_.substr(0, from).ends_with("://") && colon != std::string_view::npos && colon + 1 < userInfo.size()) {
    add(from + colon + 1, at);
  }
}

void SecretFinder::findEmail(std::size_t at) {
  constexpr CharacterSet kDomain{"A-Za-z0-9.-"};
  constexpr CharacterSet kLetter{"A-Za-z"};
  const std::size_t from = behindEscape(runStart(text_, at, kLocalPart));
  std::size_t to = runEnd(text_, at + 1, kDomain);
  while (to > at + 1 && !kAlphanumeric.has(text_[to - 1])) {
    --to;
  }
  const std::string_view domain = text_.substr(at + 1, to - at - 1);
  const std::size_t dot = domain.rfind('.');
  const bool hasTopLevel = dot != std::string_view::npos && dot > 0 && domain.size() - dot > 2 &&
                           runEnd(domain, dot + 1, kLetter) == domain.size();
  if (from < at && hasTopLevel) {
    add(from, to);
  }
}

// --- what shows by the name before it

// There are many colons, mostly behind the names of members, of which most are as usual.
bool SecretFinder::mayFollowName(std::size_t colon) const {
  const char before = charBefore(colon);
  if (before == '"' && charBefore(colon - 1) != '\\') {
    return what_.names.members.mayEndAt(text_, colon - 1);
  }
  return before == '"' || kSpace.has(before) || what_.names.headers.mayEndAt(text_, colon);
}

void SecretFinder::seeColon(std::size_t at) {
  if (isDone(at)) {
    return;
  }
  const std::size_t behind = runStart(text_, at, kSpace);
  if (charBefore(behind) != '"') {
    if (!what_.names.headers.mayEndAt(text_, at)) {
      return;
    }
    const std::size_t from = behindEscape(runStart(text_, at, kName));
    if (what_.names.headers.contain(text_.substr(from, at - from))) {
      const std::size_t value = runEnd(text_, at + 1, kSpace);
      add(value, std::min(text_.find_first_of("\"\\\r\n'", value), text_.size()));
    }
    return;
  }
  const std::size_t quote = behind - 1;
  const std::size_t nameEnd = quote - (quote - runStart(text_, quote, CharacterSet{"\\"}));
  if (!what_.names.members.mayEndAt(text_, nameEnd)) {
    return;
  }
  const std::size_t name = runStart(text_, nameEnd, kUnquoted);  // of a long one its end
  if (what_.names.members.contain(text_.substr(name, nameEnd - name))) {
    redactMember(skipSpace(text_, at + 1), quote - nameEnd);
  }
}

// The value of a member. With backslashes before its quotation marks it is JSON within a string.
void SecretFinder::redactMember(std::size_t at, std::size_t backslashes) {
  const char first = charAt(at);
  const bool isNumber = first == '-' || (first >= '0' && first <= '9');
  if (backslashes > 0) {
    redactWithin(at, backslashes);
  } else if (first == '"') {
    add(at + 1, stringEnd(text_, at + 1));
  } else if (isNumber || first == '{' || first == '[') {
    add(at, valueEnd(text_, at), true);
  }
}

void SecretFinder::redactWithin(std::size_t at, std::size_t backslashes) {
  if (charAt(at) != '\\') {
    const bool isNumber = charAt(at) == '-' || (charAt(at) >= '0' && charAt(at) <= '9');
    if (isNumber) {
      add(at, runEnd(text_, at, kName));
    }
    return;
  }
  const std::size_t from = at + backslashes + 1;
  std::size_t to = from;
  for (std::size_t before = 0; to < text_.size(); ++to) {
    if (text_[to] == '"' && before <= backslashes) {
      to -= before;
      break;
    }
    before = text_[to] == '\\' ? before + 1 : 0;
  }
  add(from, to);
}

void SecretFinder::seeEquals(std::size_t at) {
  if (isDone(at) || !what_.names.assigned.mayEndAt(text_, at) || charAt(at + 1) == '=') {
    return;
  }
  const std::size_t from = behindEscape(runStart(text_, at, kName));
  if (!what_.names.assigned.contain(text_.substr(from, at - from))) {
    return;
  }
  const bool isEscapedQuote = charAt(at + 1) == '\\' && charAt(at + 2) == '"';
  const bool isQuote = charAt(at + 1) == '\'' || (kind_ == TextKind::plain && charAt(at + 1) == '"');
  const std::size_t value = at + 1 + (isEscapedQuote ? 2 : 0) + (isQuote ? 1 : 0);
  if (text_.substr(value).starts_with(kReplacement)) {
    return;  // the bracket would end it
  }
  const std::string_view stops = isEscapedQuote || isQuote ? "\"'\\" : " \t\r\n\"'`&;,\\)<>|}]";
  add(value, std::min(text_.find_first_of(stops, value), text_.size()));
}

void SecretFinder::add(std::size_t from, std::size_t to, bool isValue) {
  if (from < to) {
    found_.push_back({from, to, isValue});
    farthest_ = to > farthest_.to ? found_.back() : farthest_;
  }
}

std::size_t SecretFinder::behindEscape(std::size_t at) const {
  constexpr std::size_t kHexDigits = 4;
  if (kind_ == TextKind::plain || charBefore(at) != '\\' || !isEscaped(text_, at)) {
    return at;
  }
  return std::min(at + 1 + (charAt(at) == 'u' ? kHexDigits : 0), text_.size());
}

}  // namespace millrace
