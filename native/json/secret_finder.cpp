#include "json/secret_finder.hpp"

#include "json/card_number.hpp"
#include "json/json_scan.hpp"
#include "json/secret_patterns.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <span>

namespace millrace {
namespace {

constexpr CharacterSet kAlphanumeric{"A-Za-z0-9"};
constexpr CharacterSet kLetter{"A-Za-z"};
constexpr CharacterSet kWord{"A-Za-z0-9_-"};
constexpr CharacterSet kToken68{"A-Za-z0-9._~+/-"};  // RFC 9110, 11.2; the "=" at its end apart
constexpr CharacterSet kLocalPart{"A-Za-z0-9._%+-"};
constexpr CharacterSet kSpace{" \t"};
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
  for (; offset + ByteClasses::kBlock <= text_.text().size(); offset += ByteClasses::kBlock) {
    seeBlock(classesOf(text_.text().data() + offset), offset);
  }
  std::array<char, ByteClasses::kBlock> rest{};
  std::memcpy(rest.data(), text_.text().data() + offset, text_.text().size() - offset);
  seeBlock(classesOf(rest.data()), offset);
  return text_.takeFound();
}

void SecretFinder::seeBlock(const ByteClasses& classes, std::size_t offset) {
  const auto see = [&](std::uint64_t bits, void (SecretFinder::*what)(std::size_t)) {
    forEachBit(bits, [&](std::size_t bit) { (this->*what)(offset + bit); });
  };
  see(words_.next(classes.word), &SecretFinder::seeWordRun);
  see(digits_.next(classes.digit), &SecretFinder::seeDigits);
  forEachBit(classes.colon, [&](std::size_t bit) {
    if (named_.mayFollowName(offset + bit)) {
      named_.seeColon(offset + bit);
    }
  });
  see(classes.other, &SecretFinder::seeOther);
}

void SecretFinder::seeOther(std::size_t at) {
  switch (text_.at(at)) {
    case '-':
      if (text_.at(at + 1) == '-') {
        seeDash(at);
      }
      break;
    case '=':
      named_.seeEquals(at);
      break;
    default:
      seeAt(at);
      break;
  }
}

// --- what shows by itself

void SecretFinder::seeWordRun(std::size_t last) {
  const std::size_t from = text_.behindEscape(last - 15);
  if (text_.isFound(from)) {
    return;
  }
  const std::size_t to = text_.runEnd(last + 1, kWord);
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
    if (at > from && kAlphanumeric.has(text_.at(at - 1))) {
      continue;
    }
    for (const SecretPattern* const pattern : byFirst[static_cast<unsigned char>(text_.at(at))]) {
      const bool isShort = pattern->prefix.size() <= 4 && !pattern->prefix.ends_with('_');
      if (isShort && at > from) {
        continue;  // "cache-key-…"
      }
      if (const std::optional<std::size_t> end = matchEnd(*pattern, text_.text(), at)) {
        text_.add(at, *end);
        return true;
      }
    }
  }
  return false;
}

bool SecretFinder::findDotted(std::size_t from) {
  const std::span<const SecretPattern> all = dottedPatterns();
  return text_.before(from) == '.' && std::any_of(all.begin(), all.end(), [&](const SecretPattern& pattern) {
           if (!text_.text().substr(0, from).ends_with(pattern.prefix)) {
             return false;
           }
           const std::size_t at = from - pattern.prefix.size();
           const std::optional<std::size_t> end = matchEnd(pattern, text_.text(), at);
           const bool isMatch = end && (!kAlphanumeric.has(text_.before(at)) || isEscaped(text_.text(), at - 1));
           if (isMatch) {
             text_.add(at, *end);
           }
           return isMatch;
         });
}

// Three parts in base64url, the first of which is a JSON object's (RFC 7515, 7.1); five where it is encrypted (RFC 7516, 7.1).
bool SecretFinder::findJsonWebToken(std::size_t from, std::size_t to) {
  constexpr std::size_t kLeastPart = 4;
  if (!text_.text().substr(from).starts_with("eyJ") || text_.at(to) != '.') {
    return false;
  }
  std::size_t end = text_.runEnd(to + 1, kWord);
  if (end - to <= kLeastPart || text_.at(end) != '.') {
    return false;
  }
  for (std::size_t part = 0; part < 3 && text_.at(end) == '.'; ++part) {
    end = text_.runEnd(end + 1, kWord);
  }
  text_.add(from, end);
  return true;
}

// "Bearer" and a token (RFC 6750, 2.1).
void SecretFinder::findBearer(std::size_t run) {
  const std::size_t from = text_.runStart(run, kToken68);
  const std::size_t word = text_.runStart(from, kSpace);
  if (word == from || !endsWithIgnoringCase(text_.text().substr(0, word), "bearer")) {
    return;
  }
  // Words have no numbers: "Bearer authorization_endpoint".
  const std::string_view rest = text_.text().substr(from, text_.runEnd(run, kToken68) - from);
  if (std::none_of(rest.begin(), rest.end(), [](char character) { return character >= '0' && character <= '9'; })) {
    return;
  }
  std::size_t to = text_.runEnd(run, kToken68);
  while (text_.at(to) == '=') {
    ++to;
  }
  text_.add(from, to);
}

void SecretFinder::seeDigits(std::size_t last) {
  const std::size_t from = last - 3;
  const char before = text_.before(from);
  const bool isInside = kAlphanumeric.has(before) || before == '_' || before == '.' ||
                        (before == '-' && kAlphanumeric.has(text_.before(from - 1)));
  if (text_.isFound(from) || (isInside && !isEscaped(text_.text(), from - 1))) {
    return;
  }
  const std::optional<std::size_t> end = cardEnd(text_.text(), from);
  if (!end) {
    return;
  }
  if (text_.kind() == TextKind::json && !strings_.isWithin(from)) {
    const SecretSpan number = text_.literalAt(from);
    text_.add(number.from, number.to, true);
  } else {
    text_.add(from, *end);
  }
}

// A private key in PEM (RFC 7468); with its end cut off, too.
void SecretFinder::seeDash(std::size_t at) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  constexpr std::string_view kEnd = "-----END ";
  constexpr std::string_view kDashes = "-----";
  constexpr std::size_t kLongestLabel = 64;
  if (text_.isFound(at) || !text_.text().substr(at).starts_with(kBegin)) {
    return;
  }
  const std::string_view label = text_.text().substr(at + kBegin.size(), kLongestLabel);
  const std::string_view name = label.substr(0, label.find(kDashes));
  if (name.size() == label.size() || name.find("PRIVATE KEY") == std::string_view::npos) {
    return;
  }
  const std::size_t most = text_.kind() == TextKind::json ? stringEnd(text_.text(), at) : text_.text().size();
  const std::string_view all = text_.text().substr(0, most);
  const std::size_t end = all.find(kEnd, at);
  const std::size_t behind = end == std::string_view::npos ? end : all.find(kDashes, end + kEnd.size());
  text_.add(at, behind == std::string_view::npos ? most : behind + kDashes.size());
}

void SecretFinder::seeAt(std::size_t at) {
  if (text_.isFound(at)) {
    return;
  }
  findUrlPassword(at);
  if (emails_ == Emails::areSecret) {
    findEmail(at);
  }
}

// scheme://user:password@host (RFC 3986, 3.2.1)
void SecretFinder::findUrlPassword(std::size_t at) {
  constexpr CharacterSet kUserInfo{"!$-&(-.0-;=@-[]-_a-~\x80-\xff"};  // as far as an authority goes: no /, ? or #
  const std::size_t from = text_.runStart(at, kUserInfo);
  const std::string_view userInfo = text_.text().substr(from, at - from);
  const std::size_t colon = userInfo.find(':');
  if (text_.text().substr(0, from).ends_with("://") && colon != std::string_view::npos && colon + 1 < userInfo.size()) {
    text_.add(from + colon + 1, at);
  }
}

void SecretFinder::findEmail(std::size_t at) {
  constexpr CharacterSet kDomain{"A-Za-z0-9.-"};
  const std::size_t from = text_.behindEscape(text_.runStart(at, kLocalPart));
  std::size_t to = text_.runEnd(at + 1, kDomain);
  while (to > at + 1 && !kAlphanumeric.has(text_.at(to - 1))) {
    --to;
  }
  const std::string_view domain = text_.text().substr(at + 1, to - at - 1);
  const std::size_t dot = domain.rfind('.');
  const bool hasTopLevel = dot != std::string_view::npos && dot > 0 && domain.size() - dot > 2 &&
                           std::all_of(domain.begin() + static_cast<std::ptrdiff_t>(dot) + 1, domain.end(),
                                       [](char letter) { return kLetter.has(letter); });
  if (from < at && hasTopLevel) {
    text_.add(from, to);
  }
}

}  // namespace millrace
