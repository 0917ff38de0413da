#pragma once

#include <cstdint>
#include <string_view>

namespace millrace {

// 128 bits that nobody who chooses texts may know.
struct HashKey {
  std::uint64_t k0 = 0;
  std::uint64_t k1 = 0;
};

// The key until seedHashes(), so that tests and what they measure are the same every time.
inline constexpr HashKey kDefaultHashKey{};

// SipHash-1-3: a pseudorandom function (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012; one round a word and
// three at the end, as Python, Ruby and Rust have it). Who does not know the key cannot make two texts of one hash.
[[nodiscard]] std::uint64_t sipHash13(std::string_view bytes, HashKey key);

// The key of all hashes of the process from now on. The core has no randomness of its own: its edges call this once, before
// the first hash64() and before another thread can call that. Hashes from before are not comparable with those after it.
void seedHashes(HashKey key);

// With the process's key, 64 bits. Ids and names come from whoever publishes, so they are hashed by nothing weaker. Not to be
// stored: another process has another key. Thread-safe after seedHashes().
[[nodiscard]] std::uint64_t hash64(std::string_view bytes);

}  // namespace millrace
