#pragma once

#include "core/identity/event_id.hpp"
#include "core/identity/id_seal.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace millrace {

// The numbers of a hub's events: one sequence over all its channels, within one epoch (a life of the hub, and, where a store keeps
// them, the lives that go on with it).
class Sequence {
 public:
  explicit Sequence(std::uint64_t epoch) : epoch_(epoch) {}

  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  // Of the newest event; 0 when there is none.
  [[nodiscard]] std::uint64_t newest() const { return newest_; }
  // The hub goes on with the numbers of an earlier life. Nothing was given a number yet.
  void resume(std::uint64_t epoch, std::uint64_t newest) {
    epoch_ = epoch;
    newest_ = newest;
  }
  // Gives the next number to an event.
  std::uint64_t advance() { return ++newest_; }

  // The id of an event, and the cursor of a client that has everything up to it; never beyond the newest event.
  [[nodiscard]] std::string idOf(std::uint64_t number) const { return textOf({epoch_, std::min(number, newest_)}); }
  // The id that the next event gets.
  [[nodiscard]] std::string nextId() const { return textOf({epoch_, newest_ + 1}); }
  // The number that an id of this epoch has; none for any other text.
  [[nodiscard]] std::optional<std::uint64_t> numberOf(std::string_view id) const {
    const std::optional<EventId> read = cipher_ ? openId(id, epoch_, *cipher_) : parseEventId(id);
    return read && read->epoch == epoch_ && read->sequence <= newest_ ? std::optional(read->sequence) : std::nullopt;
  }
  // From now on ids say nothing to who has them, or, without a cipher, `<epoch>.<sequence>`. Those of the other kind are foreign then.
  void seal(std::shared_ptr<BlockCipher> cipher) { cipher_ = std::move(cipher); }

 private:
  [[nodiscard]] std::string textOf(EventId id) const { return cipher_ ? sealId(id, *cipher_) : formatEventId(id); }

  std::uint64_t epoch_;
  std::shared_ptr<BlockCipher> cipher_;
  std::uint64_t newest_ = 0;
};

}  // namespace millrace
