#pragma once

#include <cstdint>
#include <string_view>

namespace millrace {

// FNV-1a with a final avalanche (the mixer of MurmurHash3), 64 bits. Not for adversarial keys.
[[nodiscard]] constexpr std::uint64_t hash64(std::string_view bytes) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char byte : bytes) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3U;
  }
  hash = (hash ^ (hash >> 33U)) * 0xFF51AFD7ED558CCDU;
  hash = (hash ^ (hash >> 33U)) * 0xC4CEB9FE1A85EC53U;
  return hash ^ (hash >> 33U);
}

}  // namespace millrace
