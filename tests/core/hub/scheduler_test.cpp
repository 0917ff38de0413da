#include "core/hub/scheduler_fixture.hpp"

#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::SchedulerTest;

// --- wakes

TEST_F(SchedulerTest, anOwnerIsNamedOnceUntilItsTurnBegins) {
  Subscriber& one = addTo(1, 1);
  Subscriber& two = addTo(1, 2);
  EXPECT_EQ(wakes(), Owners{});
  scheduler.noteNews(one, now);
  scheduler.noteNews(one, now);
  EXPECT_EQ(wakes(), Owners{1});
  scheduler.noteNews(two, now);
  EXPECT_EQ(wakes(), Owners{});
  EXPECT_EQ(turn(1), (Ids{1, 2}));
  EXPECT_EQ(wakes(), Owners{});
  scheduler.noteNews(two, now);
  EXPECT_EQ(wakes(), Owners{1});
}

TEST_F(SchedulerTest, anEventWakesTheOwnersOfTheMembers) {
  join(addTo(1, 1), "k");
  join(addTo(2, 2), "k");
  join(addTo(3, 3), "l");
  publish("k");
  publish("k");
  EXPECT_EQ(wakes(), (Owners{1, 2}));
  EXPECT_EQ(turn(3), Ids{});
  EXPECT_EQ(turn(1), Ids{1});
  EXPECT_EQ(turn(2), Ids{2});
  EXPECT_EQ(wakes(), Owners{});
}

TEST_F(SchedulerTest, newsOfATurnAreNotAWakeUnlessTheyAreLeft) {
  Subscriber& one = addTo(1, 1);
  Subscriber& two = addTo(1, 2);
  scheduler.noteNews(one, now);
  EXPECT_EQ(wakes(), Owners{1});
  scheduler.beginTurn(1);
  collectAll(1);
  scheduler.noteNews(two, now);
  EXPECT_EQ(wakes(), Owners{}) << "the turn's end sees to it";
  static_cast<void>(scheduler.endTurn(1, now));
  EXPECT_EQ(wakes(), Owners{1});
  EXPECT_EQ(turn(1), Ids{2});
  EXPECT_EQ(wakes(), Owners{});
}

// --- what a turn finds

TEST_F(SchedulerTest, whoHasBytesIsNamedOnceUntilItIsReadToTheEnd) {
  Subscriber& one = addTo(1, 1);
  int socket = 0;
  one.assign(1, &socket);
  scheduler.noteNews(one, now);
  EXPECT_EQ(turn(1), Ids{1});
  EXPECT_EQ(found.sockets, std::vector<void*>{&socket});
  scheduler.noteNews(one, now);
  EXPECT_EQ(turn(1), Ids{});
  one.offer.answer(true);
  scheduler.noteNews(one, now);
  EXPECT_EQ(turn(1), Ids{});
  one.offer.answer(false);
  scheduler.noteNews(one, now);
  EXPECT_EQ(turn(1), Ids{1});
}

TEST_F(SchedulerTest, whoHasGoneOrIsAnotherOwnersIsNotNamed) {
  Subscriber& gone = addTo(1, 1);
  Subscriber& moved = addTo(1, 2);
  Subscriber& there = addTo(1, 3);
  for (Subscriber* const subscriber : {&gone, &moved, &there}) {
    scheduler.noteNews(*subscriber, now);
  }
  registry.remove(1, now);
  scheduler.addSubscriber(2);
  moved.assign(2, nullptr);
  EXPECT_EQ(turn(1), Ids{3});
  scheduler.noteNews(moved, now);
  EXPECT_EQ(turn(2), Ids{2});
}

TEST_F(SchedulerTest, aTurnIsCollectedInParts) {
  for (SubscriberId id = 1; id <= 5; ++id) {
    scheduler.noteNews(addTo(1, id), now);
  }
  scheduler.beginTurn(1);
  EXPECT_TRUE(collect(1, 2));
  EXPECT_EQ(found.readable.size(), 2U);
  EXPECT_TRUE(collect(1, 2));
  EXPECT_EQ(found.readable.size(), 4U);
  EXPECT_FALSE(collect(1, 2));
  EXPECT_EQ(sorted(found.readable), (Ids{1, 2, 3, 4, 5}));
  EXPECT_EQ(scheduler.endTurn(1, now).size(), 5U);
}

TEST_F(SchedulerTest, whoMayBeBehindIsJudgedAtTheEndOfTheTurn) {
  SubscriberOptions compressed;
  compressed.isCompressed = true;
  Subscriber& untrusted = addTo(1, 1);
  Subscriber& isRead = addTo(2, 2);
  Subscriber& isCompressed = addTo(2, 3, compressed);
  scheduler.trust(2);
  for (Subscriber* const subscriber : {&untrusted, &isRead, &isCompressed}) {
    scheduler.noteNews(*subscriber, now);
  }
  turn(1);
  EXPECT_EQ(offered, Ids{1});
  turn(2);
  EXPECT_EQ(offered, Ids{3}) << "a trusted owner reads in its turn what it is told of";
  scheduler.noteNews(isRead, now);
  turn(2);
  EXPECT_EQ(offered, Ids{2}) << "it was told before, and has not read";
  turn(2);
  EXPECT_EQ(offered, Ids{}) << "each turn has its own";
}

TEST_F(SchedulerTest, aTurnEndsAlthoughNewsKeepComing) {
  std::vector<Subscriber*> subscribers;
  subscribers.reserve(10);
  for (SubscriberId id = 1; id <= 10; ++id) {
    subscribers.push_back(&addTo(1, id));
  }
  for (Subscriber* const subscriber : subscribers) {
    scheduler.noteNews(*subscriber, now);
  }
  scheduler.beginTurn(1);
  int calls = 0;
  for (bool hasMore = true; hasMore;) {
    hasMore = collect(1, 3);
    ASSERT_LE(++calls, 5);
    for (Subscriber* const subscriber : subscribers) {
      subscriber->offer.answer(false);
      scheduler.noteNews(*subscriber, now);
    }
  }
  EXPECT_EQ(found.readable.size(), 10U) << "of those that it began with";
  static_cast<void>(scheduler.endTurn(1, now));
  EXPECT_EQ(wakes(), Owners{1}) << "for the rest";
}

TEST_F(SchedulerTest, aTurnEndsAlthoughEventsKeepComing) {
  for (SubscriberId id = 1; id <= 10; ++id) {
    join(addTo(1, id), "k");
  }
  publish("k");
  scheduler.beginTurn(1);
  int calls = 0;
  for (bool hasMore = true; hasMore;) {
    hasMore = collect(1, 3);
    ASSERT_LE(++calls, 20);
    publish("k");
    scheduler.beginTurn(2);  // of an owner that nobody knows, which begins the next pass
  }
  EXPECT_EQ(sorted(found.readable).size(), 10U);
}

TEST_F(SchedulerTest, closingsAreNamedOnceUnlessTheyAreWithdrawn) {
  const Subscriber& one = addTo(1, 1);
  const Subscriber& two = addTo(1, 2);
  scheduler.noteClosing(one, CloseReason::closed, now);
  scheduler.noteClosing(two, CloseReason::lagging, now);
  scheduler.noteClosing(one, CloseReason::lagging, now);
  EXPECT_EQ(wakes(), Owners{1});
  scheduler.withdrawClosing(one);
  turn(1);
  EXPECT_EQ(found.closing, (std::vector{std::pair(SubscriberId{2}, CloseReason::lagging)}));
  turn(1);
  EXPECT_TRUE(found.closing.empty());
}

// --- owners

TEST_F(SchedulerTest, anOwnerIsForgottenWithItsLastSubscriber) {
  scheduler.addSubscriber(1);
  scheduler.addSubscriber(1);
  EXPECT_FALSE(scheduler.removeSubscriber(1));
  EXPECT_TRUE(scheduler.removeSubscriber(1));
}

TEST_F(SchedulerTest, aTrustedOwnerIsForgottenOnceItIsGone) {
  scheduler.trust(1);
  scheduler.addSubscriber(1);
  EXPECT_FALSE(scheduler.removeSubscriber(1));
  EXPECT_TRUE(scheduler.distrust(1));
  EXPECT_FALSE(scheduler.distrust(1)) << "nobody knows it";
  scheduler.trust(2);
  scheduler.addSubscriber(2);
  EXPECT_FALSE(scheduler.distrust(2)) << "it has a subscriber";
  EXPECT_TRUE(scheduler.removeSubscriber(2));
}

TEST_F(SchedulerTest, whatWasForAForgottenOwnerIsForgottenToo) {
  Subscriber& one = addTo(1, 1);
  scheduler.noteNews(one, now);
  scheduler.noteClosing(one, CloseReason::closed, now);
  EXPECT_TRUE(scheduler.removeSubscriber(1));
  EXPECT_EQ(wakes(), Owners{});
  EXPECT_EQ(turn(1), Ids{});
  EXPECT_TRUE(found.closing.empty());
  scheduler.addSubscriber(2);
  scheduler.addSubscriber(1);
  one.offer.reset();
  scheduler.noteNews(one, now);
  EXPECT_EQ(wakes(), Owners{1}) << "an owner of the same id is another";
}

TEST_F(SchedulerTest, anUnknownOwnerHasNothingToCollect) {
  scheduler.beginTurn(9);
  EXPECT_FALSE(collect(9));
  EXPECT_EQ(scheduler.endTurn(9, now), Ids{});
}

}  // namespace
}  // namespace millrace
