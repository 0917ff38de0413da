#pragma once

#include "core/base/base64url.hpp"
#include "core/identity/event_id.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

// A block cipher with several keys: the first seals, and all open, so that a key can be changed while clients hold ids of the one before.
class BlockCipher {
 public:
  BlockCipher() = default;
  virtual ~BlockCipher() = default;
  BlockCipher(const BlockCipher&) = delete;
  BlockCipher& operator=(const BlockCipher&) = delete;
  BlockCipher(BlockCipher&&) = delete;
  BlockCipher& operator=(BlockCipher&&) = delete;

  [[nodiscard]] virtual std::size_t keys() const = 0;
  [[nodiscard]] virtual Block16 encrypt(const Block16& block) = 0;
  [[nodiscard]] virtual Block16 decrypt(const Block16& block, std::size_t key) = 0;
};

// An id that says nothing to who has it: one block over the epoch and the sequence, which are 128 bits, as base64url. Whoever has no key
// can neither read nor make one: of a text that somebody has made up, the epoch is this one with a probability of 2^-64.
[[nodiscard]] std::string sealId(EventId id, BlockCipher& cipher);
// None for what is no id of this epoch, by whichever key.
[[nodiscard]] std::optional<EventId> openId(std::string_view text, std::uint64_t epoch, BlockCipher& cipher);

}  // namespace millrace
