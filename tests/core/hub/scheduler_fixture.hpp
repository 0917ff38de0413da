#pragma once

#include "core/hub/part_fixture.hpp"
#include "core/hub/scheduler.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace millrace::test {

// Owners, their subscribers, and the turns in which they learn of news. Nothing is read: a test says what was.
class SchedulerTest : public PartTest {
 protected:
  using Ids = std::vector<SubscriberId>;
  using Owners = std::vector<OwnerId>;

  Subscriber& addTo(OwnerId owner, SubscriberId id, const SubscriberOptions& options = {}) {
    scheduler.addSubscriber(owner);
    return add(id, owner, options);
  }
  Channel& publish(std::string_view key) {
    Channel& channel = registry.channel(key, now);
    append(channel, "x");
    scheduler.noteAppended(channel, sequence.newest(), now);
    return channel;
  }
  Owners wakes() {
    Owners owners = scheduler.takeWakes();
    std::sort(owners.begin(), owners.end());
    return owners;
  }
  bool collect(OwnerId owner, std::size_t limit = 100) { return scheduler.collect(owner, limit, registry, now, found); }
  void collectAll(OwnerId owner, std::size_t limit = 100) {
    int calls = 0;
    while (collect(owner, limit)) {
      ASSERT_LT(++calls, 1000) << "the turn does not end";
    }
  }
  // A turn in parts. Gives who is readable, sorted.
  Ids turn(OwnerId owner, std::size_t limit = 100) {
    found = {};
    scheduler.beginTurn(owner);
    collectAll(owner, limit);
    offered = scheduler.endTurn(owner, now);
    return sorted(found.readable);
  }
  static Ids sorted(Ids ids) {
    std::sort(ids.begin(), ids.end());
    return ids;
  }
  void readAll(const Ids& ids) {
    for (const SubscriberId id : ids) {
      registry.find(id)->offer.answer(false);
    }
  }

  Scheduler scheduler{sequence};
  Turn found;
  Ids offered;
};

}  // namespace millrace::test
