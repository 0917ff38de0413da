#pragma once

#include "core/hub/hub.hpp"

#include <map>
#include <utility>

namespace millrace::test {

// The turns of several owners, and readings of several subscribers, by their ids: so that a test can name them in any order.
class TestTurns {
 public:
  explicit TestTurns(Hub& hub) : hub_(hub) {}

  void begin(OwnerId owner) {
    begun_.erase(owner);
    begun_.emplace(owner, hub_.turns().begin(owner));
  }
  bool collect(OwnerId owner, std::size_t limit, Instant now, Turn& turn) {
    return hub_.turns().collect(begun_.at(owner), limit, now, turn);
  }
  // Of an owner that has not begun a turn: one in which nothing is collected.
  void settle(OwnerId owner, Instant now) {
    if (!begun_.contains(owner)) {
      begin(owner);
    }
    hub_.turns().settle(std::move(begun_.extract(owner).mapped()), now);
  }

  void read(SubscriberId id, Instant now, const ReadLimits& limits, Spans& spans) {
    readings_[id] = hub_.turns().read(id, now, limits, spans);
  }
  bool taken(SubscriberId id, Instant now) {
    return hub_.turns().taken(std::move(readings_[id]), now) == ReadNext::more;
  }
  void takenUpTo(SubscriberId id, const char* firstUntaken, Instant now, Progress progress = Progress::some) {
    hub_.turns().takenUpTo(std::move(readings_[id]), firstUntaken, now, progress);
  }

 private:
  Hub& hub_;
  std::map<OwnerId, OwnerTurn> begun_;
  std::map<SubscriberId, Reading> readings_;
};

}  // namespace millrace::test
