#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace millrace {

// Eight bytes at a time, each mixed in by a multiplication, with a final avalanche (the mixer of MurmurHash3); 64 bits. Not
// for adversarial keys, and not to be stored: it may change.
[[nodiscard]] constexpr std::uint64_t hash64(std::string_view bytes) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  const auto wordAt = [&](std::size_t at, std::size_t size) {
    std::uint64_t word = 0;
    for (std::size_t byte = 0; byte < size; ++byte) {
      word |= std::uint64_t{static_cast<unsigned char>(bytes[at + byte])} << (8 * byte);
    }
    return word;
  };
  const auto mix = [](std::uint64_t hash, std::uint64_t word) {
    return std::rotl((hash ^ word) * 0x9E3779B97F4A7C15U, 29);
  };
  std::uint64_t hash = mix(0xCBF29CE484222325U, bytes.size());
  if (bytes.size() < kWord) {
    hash = mix(hash, wordAt(0, bytes.size()));
  } else {
    for (std::size_t at = 0; at + kWord < bytes.size(); at += kWord) {
      hash = mix(hash, wordAt(at, kWord));
    }
    hash = mix(hash, wordAt(bytes.size() - kWord, kWord));  // with some that were mixed in already
  }
  hash = (hash ^ (hash >> 33U)) * 0xFF51AFD7ED558CCDU;
  hash = (hash ^ (hash >> 33U)) * 0xC4CEB9FE1A85EC53U;
  return hash ^ (hash >> 33U);
}

}  // namespace millrace
