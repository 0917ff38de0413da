#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace millrace {

// Eight bytes at a time, each mixed in by a multiplication, with a final avalanche (the mixer of MurmurHash3); 64 bits. Not
// for adversarial keys, and not to be stored: it may change.
[[nodiscard]] inline std::uint64_t hash64(std::string_view bytes) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  const auto wordAt = [&](std::size_t at) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    return word;
  };
  const auto mix = [](std::uint64_t hash, std::uint64_t word) {
    return std::rotl((hash ^ word) * 0x9E3779B97F4A7C15U, 29);
  };
  std::uint64_t hash = mix(0xCBF29CE484222325U, bytes.size());
  if (bytes.size() < kWord) {
    std::uint64_t word = 0;
    for (const char byte : bytes) {
      word = word << 8U | static_cast<unsigned char>(byte);
    }
    hash = mix(hash, word);
  } else {
    for (std::size_t at = 0; at + kWord < bytes.size(); at += kWord) {
      hash = mix(hash, wordAt(at));
    }
    hash = mix(hash, wordAt(bytes.size() - kWord));  // with some that were mixed in already
  }
  hash = (hash ^ (hash >> 33U)) * 0xFF51AFD7ED558CCDU;
  hash = (hash ^ (hash >> 33U)) * 0xC4CEB9FE1A85EC53U;
  return hash ^ (hash >> 33U);
}

}  // namespace millrace
