#include "core/base/base64url.hpp"

#include <cstddef>

namespace millrace {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kTextSize = 22;  // of 16 bytes
constexpr unsigned kDigitBits = 6;
constexpr unsigned kByteBits = 8;
constexpr unsigned kDigitMask = 0x3f;
constexpr unsigned kByteMask = 0xff;

constexpr std::array<std::int8_t, 256> valuesOf(std::string_view digits) {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t at = 0; at < digits.size(); ++at) {
    values[static_cast<unsigned char>(digits[at])] = static_cast<std::int8_t>(at);
  }
  return values;
}

constexpr std::array<std::int8_t, 256> kValues = valuesOf(kDigits);

}  // namespace

std::string toBase64url(const Block16& block) {
  std::string text;
  text.reserve(kTextSize);
  unsigned bits = 0;
  unsigned held = 0;
  for (const std::uint8_t byte : block) {
    bits = bits << kByteBits | byte;
    for (held += kByteBits; held >= kDigitBits; held -= kDigitBits) {
      text.push_back(kDigits[bits >> (held - kDigitBits) & kDigitMask]);
    }
  }
  text.push_back(kDigits[bits << (kDigitBits - held) & kDigitMask]);
  return text;
}

std::optional<Block16> fromBase64url(std::string_view text) {
  if (text.size() != kTextSize) {
    return std::nullopt;
  }
  Block16 block{};
  std::size_t at = 0;
  unsigned bits = 0;
  unsigned held = 0;
  for (const char digit : text) {
    const std::int8_t value = kValues[static_cast<unsigned char>(digit)];
    if (value < 0) {
      return std::nullopt;
    }
    bits = bits << kDigitBits | static_cast<unsigned>(value);
    held += kDigitBits;
    if (held >= kByteBits) {
      held -= kByteBits;
      block.at(at++) = static_cast<std::uint8_t>(bits >> held & kByteMask);
    }
  }
  const bool hasRest = (bits & ((1U << held) - 1U)) != 0;  // another text for the same bytes
  return hasRest ? std::nullopt : std::optional(block);
}

}  // namespace millrace
