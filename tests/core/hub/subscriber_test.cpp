#include "core/hub/subscriber.hpp"

#include "core/hub/part_fixture.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

class SubscriberTest : public test::PartTest {
 protected:
  Subscriber& subscriber = add(1);
};

// Which stage it is, by what can be asked.
SubscriberStage stageOf(const Subscriber& subscriber) {
  const auto isStage = [&](bool hasBeenRead, bool isCatchingUp, bool isEnding, bool isOver) {
    return subscriber.hasBeenRead() == hasBeenRead && subscriber.isCatchingUp() == isCatchingUp &&
           subscriber.isEnding() == isEnding && subscriber.isOver() == isOver;
  };
  EXPECT_TRUE(!subscriber.isOver() || subscriber.isEnding());
  EXPECT_TRUE(!subscriber.isCatchingUp() || !subscriber.isEnding());
  if (isStage(false, true, false, false)) {
    return SubscriberStage::unread;
  }
  if (isStage(true, true, false, false)) {
    return SubscriberStage::catchingUp;
  }
  if (isStage(true, false, false, false)) {
    return SubscriberStage::live;
  }
  if (isStage(false, false, true, false)) {
    return SubscriberStage::endingUnread;
  }
  if (isStage(true, false, true, false)) {
    return SubscriberStage::ending;
  }
  EXPECT_TRUE(isStage(true, false, true, true)) << "no stage answers so";
  return SubscriberStage::over;
}

void endNow(Subscriber& subscriber) { subscriber.beginEnding(CloseReason::closed, 0); }

std::unique_ptr<Subscriber> makeAt(SubscriberStage stage) {
  std::unique_ptr<Subscriber> subscriber = test::makeSubscriber(1);
  if (stage == SubscriberStage::catchingUp) {
    subscriber->noteRead(false);
  } else if (stage == SubscriberStage::live || stage == SubscriberStage::ending || stage == SubscriberStage::over) {
    subscriber->noteRead(true);
  }
  if (stage >= SubscriberStage::endingUnread) {
    endNow(*subscriber);
  }
  if (stage == SubscriberStage::over) {
    subscriber->endWaiting();
  }
  EXPECT_EQ(stageOf(*subscriber), stage);
  return subscriber;
}

TEST(SubscriberStages, areLeftAsTheTableSays) {
  using enum SubscriberStage;
  constexpr struct {
    SubscriberStage from;
    SubscriberStage readInPart;
    SubscriberStage readToTheEnd;
    SubscriberStage endingBegun;
    SubscriberStage waitingEnded;
  } kTable[] = {
      {unread, catchingUp, live, endingUnread, over},
      {catchingUp, catchingUp, live, ending, over},
      {live, live, live, ending, over},
      {endingUnread, ending, ending, endingUnread, over},
      {ending, ending, ending, ending, over},
      {over, over, over, over, over},
  };
  for (const auto& row : kTable) {
    SCOPED_TRACE(static_cast<int>(row.from));
    const auto after = [&](const std::function<void(Subscriber&)>& act) {
      const std::unique_ptr<Subscriber> subscriber = makeAt(row.from);
      act(*subscriber);
      return stageOf(*subscriber);
    };
    EXPECT_EQ(after([](Subscriber& one) { one.noteRead(false); }), row.readInPart);
    EXPECT_EQ(after([](Subscriber& one) { one.noteRead(true); }), row.readToTheEnd);
    EXPECT_EQ(after(endNow), row.endingBegun);
    EXPECT_EQ(after([](Subscriber& one) { one.endWaiting(); }), row.waitingEnded);
  }
}

TEST_F(SubscriberTest, whatEndsIsGivenNothingNewerAndHasNoDeadline) {
  Channel& channel = join(subscriber, "k");
  append(channel, "1");
  subscriber.hasProgressed = true;
  subscriber.deadlines = {.heartbeat = now, .end = now, .unread = now, .catchUp = now, .stall = now, .noted = now};
  subscriber.beginEnding(CloseReason::draining, sequence.newest());
  append(channel, "2");
  EXPECT_EQ(subscriber.closeReason, CloseReason::draining);
  EXPECT_FALSE(subscriber.hasProgressed);
  EXPECT_EQ(subscriber.deadlines.next(), kNever);
  EXPECT_EQ(subscriber.deadlines.noted, now) << "it is the deadlines' own";
  Spans spans;
  subscriber.reader().gather(now, {}, spans);
  EXPECT_EQ(test::textOf(spans), "1");
}

TEST_F(SubscriberTest, joinsAtItsClientsPositionUntilItIsRead) {
  EXPECT_EQ(subscriber.joinPosition(9), 0U);
  subscriber.reader().setPosition(3);
  EXPECT_EQ(subscriber.joinPosition(9), 0U);
  sequence.advance();
  subscriber.clientCursor().come(sequence.idOf(1), sequence, subscriber.reader());
  EXPECT_EQ(subscriber.joinPosition(9), 1U);
  subscriber.noteRead(false);
  EXPECT_EQ(subscriber.joinPosition(9), 9U);
}

TEST_F(SubscriberTest, anotherOwnerHasItsMembershipsAndIsToldOfNothingYet) {
  const Channel& first = join(subscriber, "k");
  const Channel& second = join(subscriber, "l");
  subscriber.offer.list();
  subscriber.offer.make();
  int socket = 0;
  subscriber.assign(2, &socket);
  EXPECT_EQ(subscriber.owner(), 2U);
  EXPECT_EQ(subscriber.socket(), &socket);
  for (const Channel* const channel : {&first, &second}) {
    ASSERT_EQ(channel->members.owners().size(), 1U);
    EXPECT_EQ(channel->members.owners().front().owner, 2U);
  }
  EXPECT_FALSE(subscriber.offer.isOpen());
  EXPECT_TRUE(subscriber.offer.list()) << "in the new owner's list it is not";
}

TEST_F(SubscriberTest, isBehindOnceItWasOfferedWhatItHasNotTaken) {
  Channel& channel = join(subscriber, "k");
  append(channel, "1");
  EXPECT_FALSE(subscriber.isBehind());
  subscriber.offer.make();
  EXPECT_TRUE(subscriber.isBehind());
  Spans spans;
  subscriber.reader().gather(now, {}, spans);
  EXPECT_FALSE(subscriber.isBehind()) << "it is taking it";
  subscriber.reader().takenUpTo(spans.bytes.front().data());
  EXPECT_TRUE(subscriber.isBehind());
  subscriber.offer.answer(false);
  EXPECT_FALSE(subscriber.isBehind());
}

TEST_F(SubscriberTest, holdsTheChannelsOfWhichItHasNotTakenAll) {
  Channel& behind = join(subscriber, "k");
  const Channel& idle = join(subscriber, "l");
  append(behind, "1");
  subscriber.holdUntil(now + Millis{5});
  EXPECT_EQ(behind.heldUntil, now + Millis{5});
  EXPECT_EQ(idle.heldUntil, Instant{});
}

TEST_F(SubscriberTest, aVerdictThatWaitsIsPending) {
  EXPECT_FALSE(subscriber.hasPending());
  subscriber.clientCursor().come("b.7", sequence, subscriber.reader());
  EXPECT_FALSE(subscriber.hasPending());
  const Channel& channel = registry.channel("k", now);
  subscriber.clientCursor().join(channel, 0, false, subscriber.reader());
  EXPECT_TRUE(subscriber.hasPending());
  subscriber.completePreamble(sequence);
  EXPECT_TRUE(subscriber.reader().preamble().hasText());
  Spans spans;
  subscriber.reader().gather(now, {}, spans);
  EXPECT_EQ(test::textOf(spans), "event: millrace.resume\ndata: {\"verdict\":\"reset\"}\n\nid: a.0\n\n");
  subscriber.reader().taken();
  EXPECT_FALSE(subscriber.hasPending());
}

// --- the offer

TEST(SubscriberOffer, isListedAndMadeOnce) {
  SubscriberOffer offer;
  EXPECT_TRUE(offer.list());
  EXPECT_FALSE(offer.list());
  offer.unlist();
  EXPECT_TRUE(offer.list());
  EXPECT_FALSE(offer.isOpen());
  EXPECT_TRUE(offer.make());
  EXPECT_FALSE(offer.make());
  EXPECT_TRUE(offer.isOpen());
  offer.answer(true);
  EXPECT_FALSE(offer.make()) << "it was not read to the end";
  offer.answer(false);
  EXPECT_TRUE(offer.make());
  offer.reset();
  EXPECT_FALSE(offer.isOpen());
  EXPECT_TRUE(offer.list());
}

}  // namespace
}  // namespace millrace
