#include "json/card_number.hpp"

#include <cstdint>
#include <string>

namespace millrace {
namespace {

constexpr std::size_t kMostDigits = 19;

bool isDigit(char character) { return character >= '0' && character <= '9'; }

// Whether one more digit, or a letter, or a decimal fraction would belong to it.
bool goesOn(std::string_view text, std::size_t at) {
  if (at >= text.size()) {
    return false;
  }
  const char next = text[at];
  const char lower = static_cast<char>(next | 0x20);
  const bool isFraction = next == '.' && at + 1 < text.size() && isDigit(text[at + 1]);
  return isDigit(next) || (lower >= 'a' && lower <= 'z') || next == '_' || isFraction;
}

bool passesLuhn(std::string_view digits) {
  unsigned sum = 0;
  for (std::size_t place = 0; place < digits.size(); ++place) {
    const auto digit = static_cast<unsigned>(digits[digits.size() - 1 - place] - '0');
    const unsigned doubled = place % 2 == 0 ? digit : 2 * digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 == 0;
}

unsigned numberOf(std::string_view digits) {
  unsigned number = 0;
  for (const char digit : digits) {
    number = 10 * number + static_cast<unsigned>(digit - '0');
  }
  return number;
}

bool isWithin(unsigned number, unsigned first, unsigned last) { return number >= first && number <= last; }

// Whether an issuer has numbers of this length that begin so.
bool hasIssuer(std::string_view digits) {
  const unsigned two = numberOf(digits.substr(0, 2));
  const unsigned four = numberOf(digits.substr(0, 4));
  switch (digits.size()) {
    case 14:
      return two == 30 || two == 36 || two == 38 || two == 39;  // Diners Club
    case 15:
      return two == 34 || two == 37;  // American Express
    case 16:
      return isWithin(two, 40, 49) || isWithin(two, 51, 55) || isWithin(four, 2221, 2720) ||  // Visa, Mastercard
             four == 6011 || isWithin(four, 6440, 6599) ||                                    // Discover
             isWithin(four, 3528, 3589) || two == 62 || two == 50 || isWithin(two, 56, 58);   // JCB, UnionPay, Maestro
    default:
      return false;
  }
}

// Whether any of those numbers begins with these two digits.
bool mayBegin(unsigned two) {
  return isWithin(two, 22, 27) || isWithin(two, 30, 58) || two == 60 || two == 62 || two == 64 || two == 65;
}

// Four groups of four, or four, six and the rest.
bool isPrintedSo(const std::string& groups) { return groups == "4444" || groups == "465" || groups == "464"; }

}  // namespace

std::optional<std::size_t> cardEnd(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size() || !isDigit(text[at + 1]) || !mayBegin(numberOf(text.substr(at, 2)))) {
    return std::nullopt;  // years, for instance
  }
  std::string digits;
  std::string groups;  // their lengths
  std::size_t end = at;
  char separator = '\0';
  for (std::size_t group = 0; digits.size() <= kMostDigits;) {
    for (group = end; end < text.size() && isDigit(text[end]) && digits.size() <= kMostDigits; ++end) {
      digits.push_back(text[end]);
    }
    groups.push_back(static_cast<char>('0' + (end - group)));
    const bool isBetween = end + 1 < text.size() && (text[end] == ' ' || text[end] == '-') && isDigit(text[end + 1]);
    if (!isBetween || (separator != '\0' && text[end] != separator)) {
      break;
    }
    separator = text[end++];
  }
  const bool isWhole = groups.size() == 1 || isPrintedSo(groups);
  return isWhole && !goesOn(text, end) && hasIssuer(digits) && passesLuhn(digits) ? std::optional(end) : std::nullopt;
}

}  // namespace millrace
