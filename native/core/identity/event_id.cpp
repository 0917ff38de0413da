#include "core/identity/event_id.hpp"

#include <array>
#include <charconv>
#include <system_error>

namespace millrace {
namespace {

constexpr int kEpochBase = 36;
constexpr int kSequenceBase = 10;
constexpr std::size_t kMostDigits = 20;  // of a 64-bit number, in base 10

void appendNumber(std::uint64_t value, int base, std::string& out) {
  std::array<char, kMostDigits> digits{};
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value, base);
  out.append(digits.data(), result.ptr);
}

std::optional<std::uint64_t> parseNumber(std::string_view text, int base) {
  const auto isDigit = [&](char c) { return (c >= '0' && c <= '9') || (base == kEpochBase && c >= 'a' && c <= 'z'); };
  if (text.empty() || (text.size() > 1 && text.front() == '0')) {
    return std::nullopt;
  }
  for (const char c : text) {
    if (!isDigit(c)) {
      return std::nullopt;
    }
  }
  std::uint64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return result.ec == std::errc{} ? std::optional(value) : std::nullopt;
}

}  // namespace

void appendEventId(EventId id, std::string& out) {
  appendNumber(id.epoch, kEpochBase, out);
  out.push_back('.');
  appendNumber(id.sequence, kSequenceBase, out);
}

std::string formatEventId(EventId id) {
  std::string text;
  appendEventId(id, text);
  return text;
}

std::optional<EventId> parseEventId(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) {
    return std::nullopt;
  }
  const auto epoch = parseNumber(text.substr(0, dot), kEpochBase);
  const auto sequence = parseNumber(text.substr(dot + 1), kSequenceBase);
  if (!epoch || !sequence) {
    return std::nullopt;
  }
  return EventId{*epoch, *sequence};
}

}  // namespace millrace
