#pragma once

#include "core/log/replay.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace {

struct Channel;
class LogReader;
class Sequence;

// The cursor that a client came with, and what becomes of it: the channels that the subscriber joins turn it into a place to
// begin and a verdict.
class ClientCursor {
 public:
  // The subscriber is new. An id of the hub's epoch sets where the reader begins at once.
  void come(std::string_view lastEventId, const Sequence& sequence, LogReader& reader);
  // It came with one, which no cursor line may overwrite: only an event or a reset moves it.
  [[nodiscard]] bool isGiven() const { return stage_ != Stage::none; }

  // The subscriber is about to join this channel, at `position`. `hasBegun`: it has been read, so it begins at the hub's head.
  void join(const Channel& channel, std::uint64_t position, bool hasBegun, LogReader& reader);
  // Writes the verdict that waits for more channels, if there is one, into the preamble.
  void sayVerdict(LogReader& reader);

  // None if the client came without a cursor, or before a channel was joined.
  [[nodiscard]] std::optional<Verdict> verdict() const { return verdict_; }
  [[nodiscard]] bool owesVerdict() const { return stage_ == Stage::owesVerdict; }

 private:
  enum class Stage : std::uint8_t {
    none,         // the client came without a cursor
    hasSequence,  // `value_` is a sequence of this epoch; channels may have lost events behind it
    hasId,        // `value_` is the hash of an id that is not this hub's; no channel was joined
    owesVerdict,  // the same; a channel was joined, and more of them may change the verdict until it is said
    settled,      // the verdict is final, whatever channels are joined from now on
  };

  void joinBySequence(const Channel& channel, std::uint64_t position, LogReader& reader);
  void joinById(const Channel& channel, bool hasBegun, LogReader& reader);
  void say(Verdict verdict, LogReader& reader);

  std::uint64_t value_ = 0;
  std::optional<Verdict> verdict_;
  Stage stage_ = Stage::none;
};

}  // namespace millrace
