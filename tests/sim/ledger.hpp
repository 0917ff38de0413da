#pragma once

#include "core/base/instant.hpp"
#include "core/base/unix_time.hpp"
#include "core/hub/durable_log.hpp"
#include "sim/settings.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace millrace::sim {

// What has become of an event.
enum class Fate : std::uint8_t {
  plain,    // its channel is not durable
  waits,    // for the store
  stored,   // the hub has said so, or it was there after a restart
  refused,  // nobody may be given it
  givenUp,  // readers have it, the store never will
  lost,     // the same, for the process has died
  unknown,  // the process has died, and what its disk has is damaged
};

// An event that the hub accepted.
struct Event {
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;
  std::size_t channel = 0;
  std::string id;
  std::string data;
  std::string_view type;
  std::string_view label;
  std::string conflateKey;
  UnixTime at{};  // by the clock that the store was opened with
  Instant published;
  Instant expires = kNever;
  Fate fate = Fate::waits;
  std::uint64_t refusedAt = 0;    // the tick of that
  std::uint64_t storedAt = 0;     // the tick of that; 0: it is not
  std::uint64_t forgetCall = 0;   // by which call of forget() it is to go; 0: by none
  bool isBack = false;            // it was to go, and a restart brought it back: clients may have passed it by
  std::uint64_t forgottenAt = 0;  // the tick in which that was told as done; 0: it was not
};

// Whether a channel is closed.
enum class ChannelEnd : std::uint8_t {
  open,
  closing,  // in this life; a restart may undo it
  closed,   // for good
  unknown,  // one of those
};

// What there was in one channel in the current epoch.
struct ChannelBook {
  std::vector<Event*> events;                        // the oldest first
  std::map<std::string, std::vector<Event*>> ofKey;  // conflation keys
  std::uint64_t goneThrough = 0;                     // the store may lack something of what is up to here
  std::uint64_t forgetCalls = 0;
  ChannelEnd end = ChannelEnd::open;
  bool wasClosed = false;  // ever
  Instant closedAt{};
};

// All that was ever published, and what was said of it: against this everything is checked.
class Ledger {
 public:
  explicit Ledger(const Settings& settings) : settings_(settings) {}

  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  // The newest number that was given.
  [[nodiscard]] std::uint64_t head() const { return head_; }
  // Of the present life.
  [[nodiscard]] std::uint64_t lifeBegan() const { return lifeBegan_; }
  // Counts steps, so that it is known what came before what.
  [[nodiscard]] std::uint64_t tick() const { return tick_; }
  void nextTick() { ++tick_; }
  // Bits in the files were turned: what is stored may be missing, if that is told.
  [[nodiscard]] bool isDamaged() const { return isDamaged_; }
  void noteDamage() { isDamaged_ = true; }
  // The clock was set: what is stored may expire sooner or later.
  [[nodiscard]] bool wasClockSet() const { return wasClockSet_; }
  void noteClockSet() { wasClockSet_ = true; }

  // The hub has accepted it. Its number must be new.
  void accept(Event event);
  // The hub has given the number to something that is no channel's.
  void noteNumber(std::uint64_t sequence);
  // It may have given numbers up to this one to events of its own.
  void noteNewest(std::uint64_t sequence) { head_ = std::max(head_, sequence); }
  // A new life. In another epoch nothing is left of what was before.
  void begin(std::uint64_t epoch, std::uint64_t newest);

  // The store has committed something. What it refused before that cannot come back.
  void noteCommit() { committedAt_ = tick_; }
  [[nodiscard]] bool mayComeBack(const Event& event) const { return event.refusedAt >= committedAt_; }
  // What the hub says of the events that wait.
  void settle(const DurableLog& durable);
  // The events that no fate is known of yet.
  [[nodiscard]] const std::deque<Event*>& waiting() const { return waiting_; }
  void clearWaiting() { waiting_.clear(); }
  // The work is done, and the hub knows.
  void forgetDone(std::size_t channel, std::uint64_t calls);

  [[nodiscard]] ChannelBook& book(std::size_t channel) { return books_.at(channel); }
  [[nodiscard]] const ChannelBook& book(std::size_t channel) const { return books_.at(channel); }
  // None for an event that was sent to one connection.
  [[nodiscard]] const Event* find(const std::string& id) const;
  // Whether a client may be without the event, though it was told of nothing.
  [[nodiscard]] bool isExcused(const Event& event, Instant now) const;
  // A notice of a gap tells of what is missing up to here.
  [[nodiscard]] std::uint64_t goneThrough(std::size_t channel, Instant now) const;

 private:
  [[nodiscard]] bool isReplaced(const Event& event) const;

  const Settings& settings_;
  std::uint64_t epoch_ = 0;
  std::uint64_t head_ = 0;
  std::uint64_t lifeBegan_ = 0;
  std::uint64_t tick_ = 1;
  std::uint64_t committedAt_ = 0;
  bool isDamaged_ = false;
  bool wasClockSet_ = false;
  std::array<ChannelBook, kChannels> books_;
  std::deque<Event> all_;
  std::deque<Event*> waiting_;
  std::unordered_map<std::string, Event*> byId_;
};

}  // namespace millrace::sim
