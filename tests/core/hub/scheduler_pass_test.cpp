// The passes over the members of channels, and who is late.
#include "core/hub/scheduler_fixture.hpp"

#include <algorithm>
#include <string>

namespace millrace {
namespace {

using SchedulerPasses = test::SchedulerTest;
using SchedulerLate = test::SchedulerTest;

TEST_F(SchedulerPasses, areRunInPartsOverSeveralChannels) {
  for (SubscriberId id = 1; id <= 7; ++id) {
    Subscriber& subscriber = addTo(1, id);
    join(subscriber, "k");
    if (id > 3) {
      join(subscriber, "l");
    }
  }
  join(addTo(1, 8), "l");
  join(addTo(1, 9), "m");
  publish("k");
  publish("l");
  EXPECT_EQ(turn(1, 2), (Ids{1, 2, 3, 4, 5, 6, 7, 8})) << "each once, and of the channels with news only";
  EXPECT_EQ(found.readable.size(), 8U);
}

TEST_F(SchedulerPasses, noCallLooksAtMoreThanItsLimit) {
  for (SubscriberId id = 1; id <= 9; ++id) {
    join(addTo(1, id), "k");
  }
  publish("k");
  scheduler.beginTurn(1);
  for (std::size_t calls = 1; calls <= 3; ++calls) {
    collect(1, 3);
    EXPECT_EQ(found.readable.size(), calls * 3);
  }
  EXPECT_FALSE(collect(1, 3));
}

TEST_F(SchedulerPasses, anyOwnersTurnRunsThemForAll) {
  for (SubscriberId id = 1; id <= 6; ++id) {
    join(addTo(id <= 3 ? 1 : 2, id), "k");
  }
  publish("k");
  EXPECT_EQ(turn(1), (Ids{1, 2, 3}));
  scheduler.beginTurn(2);
  found = {};
  EXPECT_FALSE(collect(2)) << "one call is enough: its list is complete";
  EXPECT_EQ(sorted(found.readable), (Ids{4, 5, 6}));
}

TEST_F(SchedulerPasses, anotherPassWaitsWhileOneRuns) {
  for (SubscriberId id = 1; id <= 6; ++id) {
    join(addTo(1, id), "k");
  }
  publish("k");
  scheduler.beginTurn(1);
  collect(1, 4);
  const Ids first = sorted(found.readable);
  ASSERT_EQ(first.size(), 4U);
  readAll(first);  // they have read the first event
  static_cast<void>(scheduler.endTurn(1, now));

  const Channel& k = publish("k");
  EXPECT_EQ(turn(1, 2), (Ids{1, 2, 3, 4, 5, 6})) << "who was visited for the first event is visited for the second";
  EXPECT_TRUE(k.news.isNone());
}

TEST_F(SchedulerPasses, oneThatWaitsServesAllLaterEvents) {
  join(addTo(1, 1), "k");
  const Channel& k = publish("k");
  EXPECT_FALSE(k.news.isNone());
  scheduler.beginTurn(1);
  publish("k");
  scheduler.beginTurn(1);
  publish("k");
  scheduler.beginTurn(1);
  collectAll(1);
  EXPECT_TRUE(k.news.isNone());
  EXPECT_EQ(found.readable, Ids{1});
}

TEST_F(SchedulerPasses, nobodyIsMissedWhoeverLeavesMeanwhile) {
  constexpr SubscriberId kMembers = 12;
  for (SubscriberId leaver = 1; leaver <= kMembers; ++leaver) {
    for (std::size_t before = 0; before <= kMembers; ++before) {
      SCOPED_TRACE(std::to_string(leaver) + " leaves after " + std::to_string(before));
      const std::string key = std::to_string(leaver) + "/" + std::to_string(before);
      const SubscriberId base = (leaver * 100 + before) * 100;
      Ids expected;
      for (SubscriberId id = 1; id <= kMembers; ++id) {
        join(addTo(1, base + id), key);
        expected.push_back(base + id);
      }
      Channel& channel = publish(key);
      found = {};
      scheduler.beginTurn(1);
      collect(1, before);
      for (const SubscriberId id : {base + leaver, base + (leaver + 3) % kMembers + 1}) {
        registry.leave(*registry.find(id), channel, now);
        std::erase(expected, id);
      }
      collectAll(1, 2);
      static_cast<void>(scheduler.endTurn(1, now));
      Ids named = sorted(found.readable);
      EXPECT_TRUE(std::includes(named.begin(), named.end(), expected.begin(), expected.end()));
      EXPECT_EQ(std::adjacent_find(named.begin(), named.end()), named.end()) << "each once";
      EXPECT_TRUE(channel.news.isNone());
    }
  }
}

TEST_F(SchedulerPasses, endWhenAllMembersHaveLeft) {
  Channel& k = join(addTo(1, 1), "k");
  join(addTo(1, 2), "k");
  publish("k");
  scheduler.beginTurn(1);
  collect(1, 1);
  registry.leave(*registry.find(1), k, now);
  registry.leave(*registry.find(2), k, now);
  collectAll(1);
  EXPECT_TRUE(k.news.isNone());
}

// --- what was offered, and who is late

TEST_F(SchedulerLate, everythingHasBeenOfferedWhereNobodyHasYetToLook) {
  join(addTo(1, 1), "k");
  Channel& k = publish("k");
  const auto through = [&] { return scheduler.offeredThrough(k, Scheduler::Patience::endless, now); };
  EXPECT_EQ(through(), 0U);
  scheduler.beginTurn(1);
  publish("k");
  EXPECT_EQ(through(), 0U) << "until the turn is over";
  collectAll(1);
  static_cast<void>(scheduler.endTurn(1, now));
  EXPECT_EQ(through(), 1U) << "the second came after the turn had begun";
  turn(1);
  EXPECT_EQ(through(), kEverySequence);
  EXPECT_EQ(scheduler.offeredThrough(registry.channel("l", now), Scheduler::Patience::endless, now), kEverySequence);
}

TEST_F(SchedulerLate, theSlowestOwnerCounts) {
  join(addTo(1, 1), "k");
  join(addTo(2, 2), "k");
  publish("k");
  turn(1);
  Channel& k = publish("k");
  EXPECT_EQ(scheduler.offeredThrough(k, Scheduler::Patience::endless, now), 0U);
  turn(2);
  EXPECT_EQ(scheduler.offeredThrough(k, Scheduler::Patience::endless, now), 1U);
}

TEST_F(SchedulerLate, whatWasPublishedBeforeDoesNotWaitForANewOwner) {
  sequence.advance();
  join(addTo(1, 1), "k");
  Channel& k = publish("k");
  EXPECT_EQ(scheduler.offeredThrough(k, Scheduler::Patience::endless, now), 1U);
}

TEST_F(SchedulerLate, whatCameWhileAnOwnerIdledDoesNotWaitForIt) {
  join(addTo(1, 1), "k");
  publish("others");
  publish("others");
  Channel& k = publish("k");
  EXPECT_EQ(scheduler.offeredThrough(k, Scheduler::Patience::endless, now), 2U);
}

TEST_F(SchedulerLate, anOwnerIsLateWhoWasAskedLongAgo) {
  const Instant late = now + Millis{1000};
  Subscriber& one = addTo(1, 1);
  Subscriber& two = addTo(2, 2);
  scheduler.trust(2);
  Channel& k = join(one, "k");
  join(two, "l");
  publish("k");
  Channel& l = publish("l");
  EXPECT_EQ(scheduler.late(late - Millis{1}), Owners{});
  EXPECT_EQ(scheduler.late(late), Owners{1}) << "the other is trusted";
  EXPECT_EQ(scheduler.offeredThrough(k, Scheduler::Patience::limited, late - Millis{1}), 0U);
  EXPECT_EQ(scheduler.offeredThrough(k, Scheduler::Patience::limited, late), kEverySequence);
  EXPECT_EQ(scheduler.offeredThrough(k, Scheduler::Patience::endless, late), 0U);
  EXPECT_EQ(scheduler.offeredThrough(l, Scheduler::Patience::limited, late), 1U);

  now += Millis{500};
  publish("k");
  EXPECT_EQ(scheduler.late(late), Owners{1}) << "the first time since its last turn counts";
  scheduler.beginTurn(1);
  EXPECT_EQ(scheduler.late(late), Owners{1}) << "it has begun, but does not end";
  collectAll(1);
  static_cast<void>(scheduler.endTurn(1, now));
  EXPECT_EQ(scheduler.late(late + Millis{100000}), Owners{});
}

}  // namespace
}  // namespace millrace
