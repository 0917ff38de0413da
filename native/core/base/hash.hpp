#pragma once

#include <cstdint>
#include <string_view>

namespace millrace {

// 128 bits that nobody who chooses texts may know.
struct HashKey {
  std::uint64_t k0 = 0;
  std::uint64_t k1 = 0;
};

// What SipHash begins with.
struct HashState {
  std::uint64_t v0 = 0;
  std::uint64_t v1 = 0;
  std::uint64_t v2 = 0;
  std::uint64_t v3 = 0;
};

[[nodiscard]] constexpr HashState stateOf(HashKey key) {
  return {key.k0 ^ 0x736f6d6570736575U, key.k1 ^ 0x646f72616e646f6dU, key.k0 ^ 0x6c7967656e657261U,
          key.k1 ^ 0x7465646279746573U};
}

// SipHash-1-3: a pseudorandom function (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012; one round a word and
// three at the end, as Python, Ruby and Rust have it). Without the key, nobody can make two texts of one hash.
[[nodiscard]] std::uint64_t sipHash13(std::string_view bytes, HashState state);

// What all hashes of the process begin with from now on: the state of a random key, or 256 random bits. Until then it is
// zeros, so that tests and what they measure are the same every time. The core has no randomness of its own: its edges call
// this once, before the first hash64() and before another thread can call that. Hashes from before are not comparable with
// those after it.
void seedHashes(HashState state);

// With the process's state, 64 bits. Ids and names come from whoever publishes, so they are hashed by nothing weaker. Not to be
// stored: another process has another key. Thread-safe after seedHashes().
[[nodiscard]] std::uint64_t hash64(std::string_view bytes);
// The same of a name that may be left out: 0 of an empty text.
[[nodiscard]] inline std::uint64_t hashOrNone(std::string_view text) { return text.empty() ? 0 : hash64(text); }

}  // namespace millrace
