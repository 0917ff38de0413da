#pragma once

#include "core/base/instant.hpp"
#include "core/log/channel_log.hpp"
#include "core/log/log_store.hpp"
#include "core/log/segment_chain.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

class ChannelEvents;
struct Channel;

// An event to be stored. `bytes` may be used without the hub's guard.
struct StoreJob {
  std::string channel;
  std::uint64_t sequence = 0;
  std::string_view bytes;
  std::uint64_t typeHash = 0;
  std::uint64_t labelHash = 0;
  Spans pin;  // keeps `bytes` where they are
};

// The events of durable channels on their way to a LogStore, in the order of their numbers. An adapter takes jobs(), has the
// store append them without the hub's guard, and tells finish() what became of them.
//
// Under Durability::always an event is held in its channel's log until then, and so is everything behind it. One cursor counts
// for all channels, so a subscriber of several is given nothing newer than what one of them holds.
class StoreQueue {
 public:
  // It outlives this.
  explicit StoreQueue(ChannelEvents& channelEvents) : channelEvents_(channelEvents) {}

  // Appends the entry to the channel's log, and notes it for the store, if that is the channel's policy. Says whether it can be
  // read at once.
  bool append(Channel& channel, const LogEntry& entry);

  [[nodiscard]] bool isEmpty() const { return waiting_.empty(); }
  // Bytes that wait.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  // The next events, at most `limit`; none before finish() has told of those that were given last.
  [[nodiscard]] std::vector<StoreJob> jobs(std::size_t limit);
  // What became of all of them. Events that could not be stored are dropped: nobody who has not got them yet gets them.
  void finish(StoreOutcome outcome, Instant now);

 private:
  struct Waiting {
    Channel* channel = nullptr;
    std::uint64_t sequence = 0;
    std::string_view bytes;
    std::uint64_t typeHash = 0;
    std::uint64_t labelHash = 0;
    Spans pin;
    bool isHeld = false;
  };

  ChannelEvents& channelEvents_;
  std::deque<Waiting> waiting_;
  std::size_t given_ = 0;  // of those, by the last jobs()
  std::size_t bytes_ = 0;
};

}  // namespace millrace
