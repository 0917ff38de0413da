#pragma once

#include "core/base/instant.hpp"
#include "core/hub/store_job.hpp"
#include "core/log/channel_log.hpp"
#include "core/log/log_store.hpp"
#include "core/log/segment_chain.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

class ChannelEvents;
class StoredChannels;
struct Channel;

// What a log has only hashes of.
struct StoreTexts {
  std::string_view label;
  std::string_view conflateKey;
};

// What has become of an event of a durable channel.
enum class StoredState : std::uint8_t { stored, waiting, lost };

// The events of durable channels on their way to a LogStore, in the order of their numbers. An adapter takes jobs(), has the
// store append them without the hub's guard, and tells finish() what became of them.
//
// Under Durability::always an event is held in its channel's log until then, and so is everything behind it. One cursor counts
// for all channels, so a subscriber of several is given nothing newer than what one of them holds. Events that cannot be stored are dropped:
// nobody gets them. Under Durability::batch they have been given already, so they wait for a store that works again.
class StoreQueue {
 public:
  // Both outlive it.
  StoreQueue(ChannelEvents& channelEvents, StoredChannels& stored) : channelEvents_(channelEvents), stored_(stored) {}

  // Appends the entry to the channel's log, and notes it for the store, if that is the channel's policy. Says whether it can be
  // read at once.
  bool append(Channel& channel, const LogEntry& entry, const StoreTexts& texts);

  [[nodiscard]] bool isEmpty() const { return waiting_.empty(); }
  // Somebody waits: readers, for an event that is held.
  [[nodiscard]] bool isUrgent() const { return held_ > 0; }
  // Bytes that wait.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  // The next events, at most `limit`; none before finish() has told of those that were given last.
  [[nodiscard]] std::vector<StoreJob> jobs(std::size_t limit);
  // What became of all of them.
  void finish(StoreOutcome outcome, Instant now);
  // The first event that jobs() has not given; none: kEverySequence.
  [[nodiscard]] std::uint64_t firstNotGiven() const {
    return given_ < waiting_.size() ? waiting_[given_].sequence : kEverySequence;
  }

  // The oldest events that are not held are given up until no more than so many bytes wait: the store will never have them.
  void giveUp(std::size_t bytes);
  // What waits of the channel is not to be stored any more, and is given to nobody. Of what was given by jobs() the outcome does not matter.
  void forget(Channel& channel, Instant now);

  // Of an event that was appended here.
  [[nodiscard]] StoredState stateOf(std::uint64_t sequence) const;
  // Of the oldest event that waits; none: kEverySequence.
  [[nodiscard]] std::uint64_t oldest() const { return waiting_.empty() ? kEverySequence : waiting_.front().sequence; }
  // The newest that was given to readers before it was stored; 0: there was none.
  [[nodiscard]] std::uint64_t newestAhead() const { return newestAhead_; }

 private:
  enum class Fate : std::uint8_t { waits, isHeld, forgotten };

  struct Waiting {
    Channel* channel = nullptr;
    std::uint64_t sequence = 0;
    std::string_view bytes;
    std::string label;
    std::string conflateKey;
    Instant at;
    Instant expires = kNever;
    SegmentPin pin;  // keeps `bytes` where they are
    Fate fate = Fate::waits;
  };

  void noteStored(const Waiting& stored);
  void noteLost(std::uint64_t sequence);
  void leave(const Waiting& waiting);

  ChannelEvents& channelEvents_;
  StoredChannels& stored_;
  std::deque<Waiting> waiting_;
  std::size_t given_ = 0;  // of those, by the last jobs()
  std::size_t bytes_ = 0;
  std::size_t held_ = 0;
  std::uint64_t newestAhead_ = 0;
  std::map<std::uint64_t, std::uint64_t>
      lost_;                      // ranges of sequences: the last of each to its first; the newest of them
  std::uint64_t lostBefore_ = 0;  // up to this sequence they are not remembered one by one
};

}  // namespace millrace
