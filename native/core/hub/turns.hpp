#pragma once

#include "core/base/instant.hpp"
#include "core/hub/deflate_queue.hpp"
#include "core/hub/link_pace.hpp"
#include "core/hub/read_limits.hpp"
#include "core/hub/turn.hpp"
#include "core/log/segment_chain.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace millrace {

class Endings;
class Heartbeats;
class Inbox;
class LagJudge;
class Registry;
class Scheduler;
class Sequence;
class StoredReads;
class Subscriber;
class Turns;

// A turn that an owner has begun and has yet to settle. Turns::begin() gives it, and Turns::settle() takes it.
class [[nodiscard]] OwnerTurn {
 public:
  OwnerTurn(OwnerTurn&& other) noexcept : owner_(std::exchange(other.owner_, kNobody)) {}
  OwnerTurn& operator=(OwnerTurn&& other) noexcept {
    owner_ = std::exchange(other.owner_, kNobody);
    return *this;
  }
  OwnerTurn(const OwnerTurn&) = delete;
  OwnerTurn& operator=(const OwnerTurn&) = delete;
  ~OwnerTurn() = default;

 private:
  friend class Turns;
  static constexpr OwnerId kNobody = 0;
  explicit OwnerTurn(OwnerId owner) : owner_(owner) {}

  OwnerId owner_;
};

// What was read of a subscriber and may be on its way. Turns::read() gives it, and taken() or takenUpTo() takes it; until then
// the subscriber must not be closed. Empty: there is no such subscriber.
class [[nodiscard]] Reading {
 public:
  Reading() = default;
  Reading(Reading&& other) noexcept : subscriber_(std::exchange(other.subscriber_, nullptr)) {}
  Reading& operator=(Reading&& other) noexcept {
    subscriber_ = std::exchange(other.subscriber_, nullptr);
    return *this;
  }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  ~Reading() = default;

 private:
  friend class Turns;
  explicit Reading(Subscriber& subscriber) : subscriber_(&subscriber) {}

  Subscriber* subscriber_ = nullptr;
};

// What there is for a subscriber behind what it has taken.
enum class ReadNext : std::uint8_t {
  nothing,
  more,   // at once: the limits left something out, or it is ending and has bytes
  store,  // a piece of the store, which it waits for: it has news then
};

// Whether a socket has taken anything at all.
enum class Progress : std::uint8_t { none, some };

// How owners (JavaScript environments, and reactors) read their subscribers. A turn of an owner:
//
//   takeWakes()            names the owner: it is to begin a turn soon
//   begin(owner)           → a turn
//     collect(turn, …)     in parts of any size, until it says that there are no more; each subscriber that it names:
//       read(…)            → a reading, whose bytes may be used without the hub's guard
//       taken(reading), or takenUpTo(reading, byte)
//   settle(turn)           judges the subscribers that are still behind, and trims the logs
//
// A subscriber may be read at any time, also outside a turn. The types keep the order: nothing can be collected or settled
// without a turn that was begun, and nothing taken that was not read. A turn or a reading that was moved from is ignored.
class Turns {
 public:
  // All outlive it.
  struct Parts {
    const Sequence& sequence;
    Registry& registry;
    Scheduler& scheduler;
    Inbox& inbox;
    DeflateQueue& deflates;
    StoredReads& storedReads;
    LagJudge& lagJudge;
    Endings& endings;
    Heartbeats& heartbeats;
  };
  explicit Turns(const Parts& parts) : parts_(parts) {}

  // Owners that have something to collect, each named once until it begins a turn.
  [[nodiscard]] std::vector<OwnerId> takeWakes();
  // Trimming waits for this owner's turns without a time limit: a reactor, which never runs code of the application.
  void trust(OwnerId owner);
  // There is no such owner any more.
  void forget(OwnerId owner);

  // What is to be deflated before compressed subscribers can be read.
  [[nodiscard]] DeflateQueue& deflates() { return parts_.deflates; }

  OwnerTurn begin(OwnerId owner);
  // The next part of the turn: looks at about `limit` subscribers. Says whether there are more.
  bool collect(const OwnerTurn& turn, std::size_t limit, Instant now, Turn& found);
  void settle(OwnerTurn turn, Instant now);

  // Whether the owner is to look at the link of a subscriber before it reads it, and to tell what it sees.
  [[nodiscard]] static bool awaitsLink(const Subscriber& subscriber);
  void noteLink(Subscriber& subscriber, const LinkState& link, Instant now);
  // The owner has sent so many bytes of it.
  static void countBytes(Subscriber& subscriber, std::size_t bytes);
  void countBytes(SubscriberId id, std::size_t bytes);

  // It reads what is older than its connection: an owner that has many such reads them behind those that wait for what is new.
  [[nodiscard]] static bool isCatchingUp(const Subscriber& subscriber);
  // It was collected, and its owner reads it in a later turn.
  void postpone(Subscriber& subscriber, Instant now);

  // Everything that the subscriber has not taken yet, in order; unknown ones have nothing.
  Reading read(SubscriberId id, Instant now, const ReadLimits& limits, Spans& spans);
  // The same for its owner, which has it from Hub::assign().
  Reading read(Subscriber& subscriber, Instant now, const ReadLimits& limits, Spans& spans);
  // All that was read was taken.
  ReadNext taken(Reading reading, Instant now);
  // What was read was taken up to this byte, and the subscriber cannot take more at present.
  void takenUpTo(Reading reading, const char* firstUntaken, Instant now, Progress progress = Progress::some);

 private:
  static void noteFirstRead(Subscriber& subscriber, Instant now);

  Parts parts_;
};

}  // namespace millrace
