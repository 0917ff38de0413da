#include "core/identity/id_seal.hpp"

namespace millrace {
namespace {

constexpr std::size_t kWord = 8;  // bytes
constexpr unsigned kByteBits = 8;
constexpr unsigned kByteMask = 0xff;

void put(std::uint64_t value, std::size_t from, Block16& block) {
  for (std::size_t at = kWord; at-- > 0; value >>= kByteBits) {
    block.at(from + at) = static_cast<std::uint8_t>(value & kByteMask);
  }
}

std::uint64_t wordAt(const Block16& block, std::size_t from) {
  std::uint64_t value = 0;
  for (std::size_t at = 0; at < kWord; ++at) {
    value = value << kByteBits | block.at(from + at);
  }
  return value;
}

}  // namespace

std::string sealId(EventId id, BlockCipher& cipher) {
  Block16 block{};
  put(id.epoch, 0, block);
  put(id.sequence, kWord, block);
  return toBase64url(cipher.encrypt(block));
}

std::optional<EventId> openId(std::string_view text, std::uint64_t epoch, BlockCipher& cipher) {
  const std::optional<Block16> sealed = fromBase64url(text);
  for (std::size_t key = 0; sealed && key < cipher.keys(); ++key) {
    const Block16 block = cipher.decrypt(*sealed, key);
    if (wordAt(block, 0) == epoch) {
      return EventId{epoch, wordAt(block, kWord)};
    }
  }
  return std::nullopt;
}

}  // namespace millrace
