#pragma once

#include "core/hub/close_reason.hpp"
#include "core/log/replay.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace millrace {

class Sequence;
class Subscriber;

// What a subscriber was given so far.
struct StreamTally {
  std::uint64_t events = 0;  // see LogReader::eventsTaken()
  std::uint64_t bytes = 0;   // as they were sent: of a compressed one after that, without the framing of HTTP
};

// What can be asked of a subscriber, whether it is there or not; only until the next call of the hub.
class SubscriberView {
 public:
  // Null: there is no such subscriber.
  SubscriberView(Subscriber* subscriber, const Sequence& sequence) : subscriber_(subscriber), sequence_(sequence) {}

  [[nodiscard]] bool exists() const { return subscriber_ != nullptr; }
  // What became of the cursor that the client came with; none if it came without one, or before a channel was joined.
  [[nodiscard]] std::optional<Verdict> verdict() const;
  // The id that continues behind everything that the subscriber has taken, or passed by as not for it.
  [[nodiscard]] std::string position() const;
  // Whether it has taken, or passed by, everything up to this number.
  [[nodiscard]] bool hasPassed(std::uint64_t sequence) const;
  // The id that the first read begins with, for a client that is to know it before; none if anything else goes before it.
  [[nodiscard]] std::optional<std::string> beginning() const;
  // Whether there is something that it has not taken.
  [[nodiscard]] bool hasPending() const;
  // Whether a log has lost events that it has yet to take.
  [[nodiscard]] bool hasLost() const;
  // Whether the last read left out events because of its limits.
  [[nodiscard]] bool hasMore() const;
  // Whether the client came with everything up to an event of SubscriberOptions::closeAfter.
  [[nodiscard]] bool isComplete() const;
  [[nodiscard]] StreamTally tally() const;

 private:
  Subscriber* subscriber_;
  const Sequence& sequence_;
};

}  // namespace millrace
