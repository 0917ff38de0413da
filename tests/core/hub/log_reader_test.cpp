#include "core/hub/log_reader_fixture.hpp"

#include <string>

namespace millrace {
namespace {

using test::LogReaderTest;
using LogReaderLag = test::LogReaderTest;

TEST_F(LogReaderTest, withoutAnythingGivesNothing) {
  EXPECT_FALSE(reader.hasPending());
  EXPECT_EQ(gather(), "");
  EXPECT_TRUE(reader.isInFlight());
  reader.taken();
  EXPECT_FALSE(reader.isInFlight());
  EXPECT_FALSE(reader.hasMore());
  EXPECT_EQ(reader.eventsTaken(), 0U);
}

TEST_F(LogReaderTest, givesThePreambleAndThenAllLogsInOrder) {
  append(l, "1 ");
  send("2 ");
  append(k, "3 ");
  append(l, "4 ");
  reader.preamble().text() += "preamble ";
  EXPECT_TRUE(reader.hasPending());
  EXPECT_EQ(gather(), "preamble 1 2 3 4 ");
  EXPECT_TRUE(reader.hasPending()) << "it is not taken yet";
  EXPECT_EQ(reader.position(), 0U);
  reader.taken();
  EXPECT_FALSE(reader.hasPending());
  EXPECT_EQ(reader.position(), 4U);
  EXPECT_EQ(reader.eventsTaken(), 4U);
  EXPECT_EQ(take(), "");
  append(k, "5 ");
  EXPECT_EQ(take(), "5 ");
}

TEST_F(LogReaderTest, givesAgainWhatWasNeverTaken) {
  append(k, "1 ");
  send("2 ");
  EXPECT_EQ(gather(), "1 2 ");
  EXPECT_EQ(gather(), "1 2 ");
  EXPECT_EQ(k.inFlight, 1U);
  reader.taken();
  EXPECT_EQ(k.inFlight, 0U);
  EXPECT_EQ(reader.eventsTaken(), 2U);
}

TEST_F(LogReaderTest, countsItsChannelsAsInFlight) {
  gather();
  EXPECT_EQ(k.inFlight, 1U);
  EXPECT_EQ(l.inFlight, 1U);
  reader.taken();
  EXPECT_EQ(k.inFlight, 0U);
  EXPECT_EQ(l.inFlight, 0U);
}

TEST_F(LogReaderTest, appendsToSpansOfOtherReaders) {
  append(k, "1 ");
  append(l, "2 ");
  spans.bytes.emplace_back("of another reader ");
  reader.gather(now, {}, spans);
  EXPECT_EQ(test::textOf(spans), "of another reader 1 2 ");
  EXPECT_FALSE(spans.pins.empty());
}

TEST_F(LogReaderTest, givesOnlyWantedTypesAndMovesOnBehindTheRest) {
  reader.subscriptions().remove(l);
  reader.subscriptions().first().filter = EventFilter(std::vector<std::string_view>{"x"}, {});
  append(k, "1 ", "y");
  append(k, "2 ", "x");
  append(k, "3 ", "y");
  EXPECT_EQ(take(), "2 ");
  EXPECT_FALSE(reader.hasPending());
  EXPECT_EQ(reader.position(), 2U) << "what the client knows by an id";
  EXPECT_EQ(reader.passedThrough(), kEverySequence);
  EXPECT_EQ(reader.eventsTaken(), 1U);
}

TEST_F(LogReaderTest, givesNothingThatIsExpiredOrReplaced) {
  for (const bool isExpiring : {true, false}) {
    LogEntry entry = test::entryOf(sequence.advance(), "special ");
    entry.expires = isExpiring ? now : kNever;
    entry.conflateHash = isExpiring ? 0 : 5;
    k.log.append(entry);
  }
  LogEntry newer = test::entryOf(sequence.advance(), "newer ");
  newer.conflateHash = 5;
  newer.expires = now + Millis{1};
  k.log.append(newer);
  reader.subscriptions().remove(l);
  EXPECT_EQ(take(), "newer ");
  EXPECT_EQ(reader.eventsTaken(), 1U);
  EXPECT_FALSE(reader.hasPending());
}

TEST_F(LogReaderTest, whatHasNoNumberOfItsOwnMovesNoPosition) {
  append(k, "1 ");
  EXPECT_EQ(take(), "1 ");
  sequence.advance();
  sendUnnumbered(2, ":comment ");
  EXPECT_EQ(take(), ":comment ");
  EXPECT_EQ(reader.position(), 1U);
  EXPECT_EQ(reader.eventsTaken(), 2U);
}

TEST_F(LogReaderTest, givesTheDeflatedBytesOfACompressedSubscriber) {
  options.isCompressed = true;
  append(k, "1 ");
  append(k, "2 ");
  k.log.addDeflated({"deflated", 7});
  reader.preamble().text() += "preamble ";
  EXPECT_EQ(gather(), "preamble 1 2 ");
  ASSERT_EQ(spans.deflated.size(), spans.bytes.size());
  ASSERT_EQ(spans.bytes.size(), 3U);
  EXPECT_EQ(spans.deflated[0].bytes, "");
  EXPECT_EQ(spans.deflated[1].bytes, "deflated");
  EXPECT_EQ(spans.deflated[1].crc32, 7U);
  EXPECT_EQ(spans.deflated[2].bytes, "");
}

TEST_F(LogReaderTest, passedThroughIsBeforeWhatALogHasLetGoOf) {
  EXPECT_EQ(reader.passedThrough(), kEverySequence);
  append(k, "1 ");
  append(l, "2 ");
  append(k, "3 ");
  EXPECT_EQ(reader.passedThrough(), 0U);
  EXPECT_EQ(take({.bytes = 1}), "1 ");
  EXPECT_EQ(reader.passedThrough(), 1U);
  l.log.trimBefore(l.log.end());
  EXPECT_EQ(reader.passedThrough(), 1U) << "the client has yet to be told that 2 is missing";
}

TEST_F(LogReaderTest, mayBeginAtAnotherPosition) {
  append(k, "1 ");
  append(l, "2 ");
  append(k, "3 ");
  reader.beginAt(2);
  EXPECT_EQ(reader.position(), 2U);
  EXPECT_EQ(take(), "3 ");
}

// --- limits

TEST_F(LogReaderTest, limitsLeaveTheRestForTheNextRead) {
  for (int round = 0; round < 2; ++round) {
    append(k, "1 ");
    append(k, "2 ");
    send("3 ");
    append(l, "4 ");
    EXPECT_EQ(take({.bytes = 1}), "1 ");
    EXPECT_TRUE(reader.hasMore());
    EXPECT_EQ(take({.bytes = 3}), "2 3 ") << "an event is not cut";
    EXPECT_TRUE(reader.hasMore());
    EXPECT_EQ(take({.bytes = 2}), "4 ");
    EXPECT_FALSE(reader.hasMore());
  }
}

TEST_F(LogReaderTest, limitsOfOnePlainLogAreTheSame) {
  reader.subscriptions().remove(l);
  for (const char* const text : {"1 ", "2 ", "3 ", "4 "}) {
    append(k, text);
  }
  EXPECT_EQ(take({.bytes = 0}), "");
  EXPECT_TRUE(reader.hasMore());
  EXPECT_EQ(take({.bytes = 1}), "1 ");
  EXPECT_EQ(take({.sequence = 2}), "2 ") << "nothing newer";
  EXPECT_EQ(take({.bytes = 3}), "3 4 ");
  EXPECT_FALSE(reader.hasMore());
}

TEST_F(LogReaderTest, withoutBytesOnlyWhatGoesBeforeTheLogsIsGiven) {
  append(k, "first ");
  append(l, "second ");
  gather();
  takeBytes(2);
  reader.preamble().text() += "preamble ";
  send("third ");
  EXPECT_EQ(take({.bytes = 0}), "rst preamble ");
  EXPECT_TRUE(reader.hasMore());
  EXPECT_EQ(take(), "second third ");
}

TEST_F(LogReaderTest, spansAreLimitedToo) {
  for (int count = 0; count < 3; ++count) {
    append(k, "k ");
    append(l, "l ");
  }
  EXPECT_EQ(take({.spans = 3}), "k l k ");
  EXPECT_TRUE(reader.hasMore());
  EXPECT_EQ(take(), "l k l ");
}

TEST_F(LogReaderTest, nothingNewerThanTheLimitIsGiven) {
  append(k, "1 ");
  send("2 ");
  append(l, "3 ");
  send("4 ");
  EXPECT_EQ(take({.sequence = 2}), "1 2 ");
  EXPECT_TRUE(reader.hasPending());
  EXPECT_EQ(take(), "3 4 ");
}

// --- lag

TEST_F(LogReaderLag, isThatOfAllLogs) {
  append(k, "12345 ");
  append(l, "123 ");
  send("1 ");
  EXPECT_EQ(reader.lag().events, 3U);
  EXPECT_EQ(reader.lag().bytes, 12U);
  take();
  EXPECT_EQ(reader.lag().events, 0U);
  EXPECT_EQ(reader.lag().bytes, 0U);
}

TEST_F(LogReaderLag, theOldestOfAllLogsAreDropped) {
  options.lag.events = 3;
  for (int round = 0; round < 2; ++round) {
    append(k, "1 ");
    send("2 ");
    append(l, "3 ");
    append(k, "4 ");
    send("5 ");
    reader.dropOldest();
    EXPECT_EQ(reader.lag().events, 3U);
    EXPECT_EQ(take(), std::string(kGap) + "3 4 5 ");
  }
}

TEST_F(LogReaderLag, theOldestAreDroppedByBytesToo) {
  options.lag.bytes = 10;
  append(k, "123456789 ");
  append(l, "2345 ");
  append(l, "345 ");
  reader.dropOldest();
  EXPECT_EQ(reader.lag().bytes, 9U);
  EXPECT_EQ(take(), std::string(kGap) + "2345 345 ");
}

TEST_F(LogReaderLag, anEvictedLogIsAGap) {
  append(k, "1 ");
  append(k, "2 ");
  append(l, "3 ");
  EXPECT_FALSE(reader.isEvicted());
  k.trimBefore({1}, Instant{});
  EXPECT_TRUE(reader.isEvicted());
  EXPECT_EQ(take(), std::string(kGap) + "2 3 ");
  EXPECT_FALSE(reader.isEvicted());
}

}  // namespace
}  // namespace millrace
