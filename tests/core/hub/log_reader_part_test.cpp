// Reads that are taken in part, and the end of what is read.
#include "core/hub/log_reader_fixture.hpp"

#include <string>

namespace millrace {
namespace {

using LogReaderPartly = test::LogReaderTest;
using LogReaderEnd = test::LogReaderTest;

TEST_F(LogReaderPartly, wheneverItIsCutTheRestFollows) {
  for (std::size_t cut = 0; cut < 60; ++cut) {
    SCOPED_TRACE(cut);
    reader.preamble().text() += "preamble ";
    append(k, "first ");
    send("own ");
    append(l, "second ");
    append(k, "third ");
    const std::string given = gather();
    takeBytes(cut % given.size());
    const std::string rest = given.substr(cut % given.size());
    EXPECT_TRUE(reader.hasPending());
    append(l, "later ");
    EXPECT_EQ(take(), rest + "later ");
    EXPECT_EQ(reader.position(), sequence.newest());
    EXPECT_EQ(reader.eventsTaken(), sequence.newest()) << "each event counts once";
    EXPECT_FALSE(reader.hasPending());
    EXPECT_EQ(k.cutMembers, 0U);
    EXPECT_EQ(l.cutMembers, 0U);
  }
}

TEST_F(LogReaderPartly, aRestIsCutAgain) {
  append(k, "0123456789");
  append(k, "next ");
  gather();
  takeBytes(3);
  EXPECT_EQ(k.cutMembers, 1U);
  EXPECT_EQ(gather(), "3456789next ");
  takeBytes(4);
  EXPECT_EQ(k.cutMembers, 1U);
  EXPECT_EQ(take(), "789next ");
}

TEST_F(LogReaderPartly, thePositionIsThatOfWholeEvents) {
  append(k, "1 ");
  append(k, "2 ");
  gather();
  takeBytes(3);
  EXPECT_EQ(reader.position(), 0U) << "it is known again once all of a read was taken";
  EXPECT_EQ(take(), " ");
  EXPECT_FALSE(reader.hasPending());
}

TEST_F(LogReaderPartly, thePositionDoesNotCountWhatWasGivenInVain) {
  append(k, "1 ");
  append(k, "2 ");
  gather();
  takeBytes(1);
  EXPECT_EQ(take({.bytes = 0}), " ");
  EXPECT_LT(reader.position(), 2U);
  EXPECT_EQ(take(), "2 ");
  EXPECT_EQ(reader.position(), 2U);
}

TEST_F(LogReaderPartly, whatIsEvictedOnItsWayIsAGapBehindTheRest) {
  append(k, "first ");
  append(k, "second ");
  append(k, "third ");
  gather();
  takeBytes(2);
  EXPECT_EQ(gather(), "rst second third ");
  k.trimBefore({2}, Instant{});
  takeBytes(1);
  EXPECT_TRUE(reader.isEvicted());
  EXPECT_EQ(take(), "st " + std::string(kGap) + "third ");
}

TEST_F(LogReaderPartly, whatWasTakenBeforeItWasEvictedIsNoGap) {
  append(k, "first ");
  append(k, "second ");
  append(k, "third ");
  gather();
  k.trimBefore({1}, Instant{});
  takeBytes(14);
  EXPECT_FALSE(reader.isBroken());
  EXPECT_FALSE(reader.isEvicted());
  EXPECT_EQ(take(), "hird ");
}

TEST_F(LogReaderPartly, whatAnotherLogLosesBehindTheCutIsAGap) {
  append(l, "first ");
  append(k, "second ");
  append(k, "third ");
  append(l, "fourth ");
  gather();
  k.trimBefore({2}, Instant{});
  takeBytes(2);
  EXPECT_FALSE(reader.isBroken());
  EXPECT_TRUE(reader.isEvicted()) << "it was given, but not taken";
  EXPECT_EQ(take(), "rst " + std::string(kGap) + "fourth ");
}

TEST_F(LogReaderPartly, anEventOfWhichNothingWasTakenIsNotCut) {
  append(k, "first ");
  append(k, "second ");
  gather();
  takeBytes(6);
  EXPECT_EQ(k.cutMembers, 0U);
  EXPECT_EQ(reader.subscriptions().first().cursor, Cursor{1});
  EXPECT_EQ(take(), "second ");
}

TEST_F(LogReaderPartly, aChannelThatItLeavesMeanwhileIsTakenAsFarAsItGoes) {
  const std::string given = "k1 l1 k2 l2 ";
  for (std::size_t cut = 1; cut < given.size(); ++cut) {
    SCOPED_TRACE(cut);
    append(k, "k1 ");
    append(l, "l1 ");
    append(k, "k2 ");
    append(l, "l2 ");
    ASSERT_EQ(gather(), given);
    reader.leave(*reader.subscriptions().find(k));
    reader.subscriptions().remove(k);
    EXPECT_EQ(k.inFlight, 1U);
    append(k, "k3 ");
    takeBytes(cut);
    EXPECT_FALSE(reader.isBroken());
    EXPECT_EQ(k.inFlight, 0U);
    EXPECT_EQ(k.cutMembers, 0U);
    // The rest of the event that was cut, and then what the channel had that it still reads.
    const std::string rest = given.substr(cut, (3 - cut % 3) % 3);
    const std::string others = cut > 9 ? "" : cut > 3 ? "l2 " : "l1 l2 ";
    EXPECT_EQ(take(), rest + others);
    EXPECT_FALSE(reader.hasPending());
    read(k);
    reader.beginAt(sequence.newest());
  }
}

TEST_F(LogReaderPartly, whatWasTakenOfAChannelThatItLeftIsOver) {
  append(k, "k1 ");
  append(l, "l1 ");
  gather();
  reader.leave(*reader.subscriptions().find(k));
  reader.subscriptions().remove(k);
  reader.taken();
  EXPECT_EQ(k.inFlight, 0U);
  EXPECT_EQ(reader.position(), 2U);
  EXPECT_FALSE(reader.hasPending());
}

TEST_F(LogReaderPartly, breaksWhereTheEventThatWasCutIsLost) {
  append(k, "first ");
  append(k, "second ");
  gather();
  k.trimBefore({1}, Instant{});
  takeBytes(2);
  EXPECT_TRUE(reader.isBroken());
  EXPECT_FALSE(reader.hasPending());
  append(k, "third ");
  EXPECT_EQ(gather(), "");
  EXPECT_TRUE(reader.isBroken());
  EXPECT_EQ(k.inFlight, 0U);
}

// --- the end

TEST_F(LogReaderEnd, nothingNewerIsGiven) {
  append(k, "1 ");
  reader.endAt(1);
  reader.endAt(5);
  append(k, "2 ");
  append(l, "3 ");
  EXPECT_TRUE(reader.hasPending());
  EXPECT_TRUE(reader.awaits(reader.subscriptions().first()));
  EXPECT_EQ(take(), "1 ");
  EXPECT_FALSE(reader.hasPending());
  EXPECT_FALSE(reader.hasMore());
  EXPECT_FALSE(reader.awaits(reader.subscriptions().first()));
  EXPECT_FALSE(reader.isComplete()) << "there was no last event";
}

TEST_F(LogReaderEnd, whatTheLogsLoseBehindTheEndDoesNotMatter) {
  append(k, "1 ");
  reader.endAt(1);
  append(k, "2 ");
  append(k, "3 ");
  k.trimBefore({1}, Instant{});
  EXPECT_TRUE(reader.isEvicted());
  EXPECT_EQ(take(), kGap);
  k.trimBefore({2}, Instant{});
  EXPECT_FALSE(reader.isEvicted());
  EXPECT_FALSE(reader.hasPending());
  EXPECT_EQ(take(), "");
  EXPECT_FALSE(reader.hasPending());
}

TEST_F(LogReaderEnd, itIsNotReachedByAPart) {
  append(k, "1 ");
  append(l, "2 ");
  reader.endAt(2);
  EXPECT_EQ(take({.bytes = 1}), "1 ");
  EXPECT_TRUE(reader.hasPending());
  EXPECT_EQ(take({.sequence = 1}), "");
  EXPECT_TRUE(reader.hasPending());
  EXPECT_EQ(take(), "2 ");
  EXPECT_FALSE(reader.hasPending());
}

TEST_F(LogReaderEnd, aCommentBehindTheLastEventIsNotGiven) {
  options.closeAfter = {typeHash("done")};
  sendUnnumbered(append(k, "last ", "done"), ":comment ");
  EXPECT_EQ(take(), "last ");
  EXPECT_TRUE(reader.isComplete());
}

TEST_F(LogReaderEnd, isCompleteOnceItHasTheLastEvent) {
  options.closeAfter = {typeHash("done")};
  append(k, "1 ");
  EXPECT_EQ(take(), "1 ");
  EXPECT_FALSE(reader.isComplete());
  append(k, "2 ", "done");
  append(k, "3 ");
  send("4 ");
  EXPECT_EQ(gather(), "2 ");
  EXPECT_FALSE(reader.isComplete()) << "it is on its way";
  reader.taken();
  EXPECT_TRUE(reader.isComplete());
  EXPECT_EQ(take(), "");
}

TEST_F(LogReaderEnd, theLastEventIsNotDroppedWithTheOldest) {
  options.closeAfter = {typeHash("done")};
  options.lag.events = 1;
  append(k, "1 ");
  append(k, "done ", "done");
  append(k, "3 ");
  append(k, "4 ");
  reader.dropOldest();
  EXPECT_EQ(take(), std::string(kGap) + "done ");
  EXPECT_TRUE(reader.isComplete());
}

TEST_F(LogReaderEnd, anOwnEventIsNoLastEvent) {
  options.closeAfter = {typeHash("message")};
  send("1 ");
  send("2 ");
  EXPECT_EQ(take(), "1 2 ");
  EXPECT_FALSE(reader.isComplete());
}

// All was given once, but not taken: what comes before the last event is still to come, whatever the limits.
TEST_F(LogReaderEnd, whatWasSentBeforeTheLastEventComesAlthoughAReadWasCut) {
  options.closeAfter = {typeHash("done")};
  for (const std::size_t bytes : {0U, 1U, 3U}) {
    SCOPED_TRACE(bytes);
    LogReader one(options, sequence.newest());
    Subscription subscription;
    subscription.channel = &k;
    subscription.cursor = k.log.end();
    one.subscriptions().add(std::move(subscription));
    const auto gatherOne = [&](const ReadLimits& limits) {
      spans.clear();
      one.gather(now, limits, spans);
      return test::textOf(spans);
    };
    append(k, "first ");
    one.own().append(test::entryOf(sequence.advance(), "own "));
    one.own().append(test::entryOf(sequence.advance(), "own too "));
    append(k, "last ", "done");
    EXPECT_EQ(gatherOne({}), "first own own too last ");
    one.takenUpTo(spans.bytes.front().data() + 2);
    std::string received = gatherOne({.bytes = bytes});
    EXPECT_LT(received.size(), 20U) << "less than all";
    one.taken();
    EXPECT_FALSE(one.isComplete());
    received += gatherOne({});
    one.taken();
    EXPECT_EQ(received, "rst own own too last ");
    EXPECT_TRUE(one.isComplete());
  }
}

TEST_F(LogReaderEnd, isCompleteWhereverTheLastEventWasCut) {
  options.closeAfter = {typeHash("done")};
  append(k, "first ");
  append(k, "last ", "done");
  send("later ");
  for (std::size_t cut = 0; cut < 11; ++cut) {
    SCOPED_TRACE(cut);
    LogReader one(options, 0);
    Subscription subscription;
    subscription.channel = &k;
    one.subscriptions().add(std::move(subscription));
    one.own().append(test::entryOf(sequence.newest(), "later "));
    Spans given;
    one.gather(now, {}, given);
    ASSERT_EQ(test::textOf(given), "first last ");
    ASSERT_EQ(given.bytes.size(), 1U);
    one.takenUpTo(given.bytes.front().data() + cut);
    EXPECT_FALSE(one.isComplete());
    given.clear();
    one.gather(now, {}, given);
    EXPECT_EQ(test::textOf(given), std::string("first last ").substr(cut));
    one.taken();
    EXPECT_TRUE(one.isComplete());
    EXPECT_FALSE(one.hasPending());
  }
}

TEST_F(LogReaderEnd, aNoticeThatComesWhileTheLastEventIsOnItsWayFollowsIt) {
  options.closeAfter = {typeHash("done")};
  append(k, "last ", "done");
  send("later ");
  EXPECT_EQ(gather(), "last ");
  reader.sayAtEnd("notice ");
  reader.taken();
  EXPECT_TRUE(reader.hasPending());
  EXPECT_EQ(take(), "notice ");
  EXPECT_FALSE(reader.hasPending());
}

TEST_F(LogReaderEnd, theNoticeIsBehindAllThatIsGivenUpToTheEnd) {
  append(k, "1 ");
  send("own ");
  append(l, "3 ");
  reader.endAt(sequence.newest());
  reader.sayAtEnd("notice ");
  append(k, "4 ");
  send("own too ");
  EXPECT_EQ(take({.bytes = 3}), "1 own ");
  EXPECT_TRUE(reader.hasPending());
  EXPECT_EQ(gather(), "3 notice ");
  EXPECT_EQ(gather(), "3 notice ") << "it was never taken";
  reader.taken();
  EXPECT_FALSE(reader.hasPending());
  EXPECT_EQ(reader.eventsTaken(), 3U) << "the notice is no event";
  EXPECT_EQ(take(), "");
}

TEST_F(LogReaderEnd, theNoticeIsGivenWithNothingBeforeIt) {
  reader.endAt(sequence.newest());
  reader.sayAtEnd("notice ");
  EXPECT_TRUE(reader.hasPending());
  EXPECT_EQ(take(), "notice ");
  EXPECT_FALSE(reader.hasPending());
}

TEST_F(LogReaderEnd, theNoticeWaitsForWhatIsHeldBeforeTheEnd) {
  k.log.append(test::entryOf(sequence.advance(), "held "), ChannelLog::Access::held);
  reader.endAt(sequence.newest());
  reader.sayAtEnd("notice ");
  EXPECT_FALSE(reader.hasPending());
  EXPECT_EQ(take(), "");
  k.log.release(ChannelLog::Release::give);
  EXPECT_TRUE(reader.hasPending());
  EXPECT_EQ(take(), "held notice ");
  EXPECT_FALSE(reader.hasPending());
}

// An event of its own newer than the last one waits meanwhile, and is never given.
TEST_F(LogReaderEnd, whereverAReadIsCutTheRestAndTheNoticeFollow) {
  options.closeAfter = {typeHash("done")};
  append(k, "first ");
  append(k, "last ", "done");
  for (const bool isSaidFirst : {false, true}) {
    for (std::size_t cut = 0; cut < (isSaidFirst ? 18 : 11); ++cut) {
      SCOPED_TRACE(cut);
      LogReader one(options, 0);
      Subscription subscription;
      subscription.channel = &k;
      one.subscriptions().add(std::move(subscription));
      one.own().append(test::entryOf(sequence.newest() + 1, "later "));
      if (isSaidFirst) {
        one.endAt(sequence.newest() + 1);
        one.sayAtEnd("notice ");
      }
      Spans given;
      one.gather(now, {}, given);
      const std::string text = test::textOf(given);
      ASSERT_EQ(text, isSaidFirst ? "first last notice " : "first last ");
      std::size_t left = cut;
      for (const std::string_view span : given.bytes) {
        if (left < span.size()) {
          one.takenUpTo(span.data() + left);
          break;
        }
        left -= span.size();
      }
      if (!isSaidFirst) {
        one.sayAtEnd("notice ");
      }
      EXPECT_TRUE(one.hasPending());
      std::string received;
      for (int reads = 0; reads < 3; ++reads) {
        given.clear();
        one.gather(now, {}, given);
        received += test::textOf(given);
        one.taken();
      }
      EXPECT_EQ(received, std::string("first last notice ").substr(cut));
      EXPECT_FALSE(one.hasPending());
      EXPECT_TRUE(one.isComplete());
    }
  }
}

}  // namespace
}  // namespace millrace
