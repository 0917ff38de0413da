#pragma once

#include "core/hub/hub_fixture.hpp"
#include "core/hub/store_adapter.hpp"
#include "core/log/memory_log_store.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

namespace millrace::test {

// A hub with a store in memory, which the test serves.
class DurableTest : public HubTest {
 protected:
  DurableTest() { useStore(); }

  void useStore(Durability durability = Durability::batch) {
    HubOptions options = hub.options();
    options.durability = durability;
    options.history.events = 10;
    hub.configure(options);
    if (!hub.durable().isOpen()) {
      StoreStart start;
      start.epoch = kEpoch;
      start.clock = clock;
      hub.durable().open(start);
    }
  }

  void publishMany(std::string_view key, std::size_t count, std::size_t bytes = 10) {
    for (std::size_t event = 0; event < count; ++event) {
      publish(key, std::string(bytes, 'x'));
    }
  }

  StoreOutcome storeAll(StoreOutcome outcome = StoreOutcome::done) {
    while (hub.durable().hasWork()) {
      StoreWork work = hub.durable().work(1000);
      if (outcome == StoreOutcome::done) {
        EXPECT_EQ(doWork(store, work, clock), StoreOutcome::done);
        trims += work.trims.size();
      }
      hub.durable().finish(work, outcome, now);
      if (outcome == StoreOutcome::failed) {
        break;
      }
    }
    return outcome;
  }

  // Reads what subscribers wait for; how many pieces.
  std::size_t serve(std::size_t most = 1000) {
    std::size_t served = 0;
    while (served < most && !hub.durable().reads().isEmpty()) {
      for (const ReadJob& job : hub.durable().reads().jobs(1, now)) {
        hub.durable().reads().finish(job, readFromStore(store, job, clock), now);
        ++served;
      }
    }
    return served;
  }

  void elapse(std::int64_t milliseconds) {
    pass(milliseconds);
    hub.tick(now);
  }

  std::size_t eventsOf(const std::string& text) const {
    std::size_t found = 0;
    for (std::size_t at = text.find("data: x"); at != std::string::npos; at = text.find("data: x", at + 1)) {
      ++found;
    }
    return found;
  }

  // Another process goes on with the store, of which this one is gone.
  std::unique_ptr<Hub> nextProcess() {
    auto next = std::make_unique<Hub>(kEpoch + 1, hub.options());
    StoreStart start;
    start.epoch = kEpoch;
    start.newest = hub.durable().newest();
    start.channels = store.channels();
    start.clock = clock;
    next->durable().open(start);
    return next;
  }

  MemoryLogStore store;
  const WallClock clock{Instant(Millis(1000)), UnixTime(Millis(5000000))};
  std::size_t trims = 0;
};

}  // namespace millrace::test
