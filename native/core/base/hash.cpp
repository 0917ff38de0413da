#include "core/base/hash.hpp"

#include <bit>
#include <cstddef>
#include <cstring>

namespace millrace {
namespace {

static_assert(std::endian::native == std::endian::little, "the words of SipHash are little-endian");

constexpr std::size_t kWord = sizeof(std::uint64_t);

HashState processState;

std::uint64_t wordAt(const char* place) {
  std::uint64_t word = 0;
  std::memcpy(&word, place, sizeof word);
  return word;
}

// The bytes behind the last whole word, and the length's lowest byte above them.
std::uint64_t lastWord(std::string_view bytes) {
  const std::size_t rest = bytes.size() % kWord;
  std::uint64_t word = 0;
  if (bytes.size() >= kWord) {
    word = wordAt(bytes.data() + bytes.size() - kWord) >> 1U >> (63U - 8U * rest);  // 64 at once is too many
  } else {
    for (std::size_t at = rest; at > 0; --at) {
      word = word << 8U | static_cast<std::uint8_t>(bytes[at - 1]);
    }
  }
  return word | static_cast<std::uint64_t>(bytes.size()) << 56U;
}

}  // namespace

// The words, then the three last rounds, in a loop each: unrolled the code is larger and no faster, and with one loop for all
// rounds, a tenth of a client's time for an event with an id went into it.
std::uint64_t sipHash13(std::string_view bytes, HashState state) {
  std::uint64_t v0 = state.v0;
  std::uint64_t v1 = state.v1;
  std::uint64_t v2 = state.v2;
  std::uint64_t v3 = state.v3;
  const auto round = [&]() __attribute__((always_inline)) {
    v0 += v1;
    v2 += v3;
    v1 = std::rotl(v1, 13) ^ v0;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 = std::rotl(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = std::rotl(v1, 17) ^ v2;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 = std::rotl(v2, 32);
  };
  const auto take = [&](std::uint64_t word) __attribute__((always_inline)) {
    v3 ^= word;
    round();
    v0 ^= word;
  };
  const char* at = bytes.data();
  const char* const end = at + bytes.size() / kWord * kWord;
  for (; at != end; at += kWord) {
    take(wordAt(at));
  }
  take(lastWord(bytes));
  v2 ^= 0xFFU;
  for (int rounds = 0; rounds < 3; ++rounds) {
    round();
  }
  return v0 ^ v1 ^ v2 ^ v3;
}

void seedHashes(HashState state) { processState = state; }

std::uint64_t hash64(std::string_view bytes) { return sipHash13(bytes, processState); }

}  // namespace millrace
