#include "core/hub/client_cursor.hpp"

#include "core/hub/log_reader.hpp"
#include "core/hub/part_fixture.hpp"
#include "core/hub/text_of.hpp"

#include <optional>
#include <string>

namespace millrace {
namespace {

// A hub of the epoch "a" with nine events: the odd ones in "k", the even ones in "l".
class ClientCursorTest : public test::PartTest {
 protected:
  ClientCursorTest() {
    for (int count = 0; count < 9; ++count) {
      append(count % 2 == 0 ? k : l, "x");
    }
  }

  void come(std::string_view lastEventId) { cursor.come(lastEventId, sequence, reader); }
  // As a new subscriber joins, and its reader with it.
  void join(Channel& channel) {
    cursor.join(channel, reader.position(), false, reader);
    Subscription subscription;
    subscription.channel = &channel;
    subscription.cursor = channel.log.after(reader.position());
    reader.subscriptions().add(std::move(subscription));
  }
  // As one joins that was read already: it begins at the head.
  void joinLate(Channel& channel) { cursor.join(channel, sequence.newest(), true, reader); }
  // What the preamble has gained.
  std::string said() {
    cursor.sayVerdict(reader);
    reader.preamble().complete(sequence, reader.position(), true);
    const std::string text = test::textOf(reader.preamble().send());
    reader.preamble().sent();
    return text;
  }
  static std::string verdict(std::string_view name) {
    return "event: millrace.resume\ndata: {\"verdict\":\"" + std::string(name) + "\"}\n\n";
  }
  void remember(Channel& channel, std::string_view data, std::string_view id) {
    append(channel, data);
    channel.log.rememberId(id);
  }

  Channel& k = registry.channel("k", now);
  Channel& l = registry.channel("l", now);
  SubscriberOptions options;
  LogReader reader{options, 9};
  ClientCursor cursor;
};

TEST_F(ClientCursorTest, withoutOneNothingIsSaid) {
  EXPECT_FALSE(cursor.isGiven());
  join(k);
  EXPECT_FALSE(cursor.isGiven());
  EXPECT_EQ(cursor.verdict(), std::nullopt);
  EXPECT_FALSE(cursor.owesVerdict());
  EXPECT_EQ(reader.position(), 9U);
  EXPECT_EQ(said(), "");
}

TEST_F(ClientCursorTest, anIdOfTheEpochSetsThePositionAtOnce) {
  come("a.4");
  EXPECT_TRUE(cursor.isGiven());
  EXPECT_EQ(reader.position(), 4U);
  EXPECT_EQ(cursor.verdict(), std::nullopt) << "it has joined nothing";
  join(k);
  EXPECT_EQ(cursor.verdict(), Verdict::continued);
  EXPECT_FALSE(cursor.owesVerdict());
  EXPECT_EQ(said(), verdict("continued"));
}

TEST_F(ClientCursorTest, onlyAnIdThatTheHubHasGivenIsOfTheEpoch) {
  for (const std::string_view id : {"a.10", "b.4", "a.", "x", "a.4 "}) {
    SCOPED_TRACE(id);
    LogReader other(options, 9);
    ClientCursor unknown;
    unknown.come(id, sequence, other);
    EXPECT_TRUE(unknown.isGiven());
    EXPECT_EQ(other.position(), 9U);
    unknown.join(k, 9, false, other);
    EXPECT_EQ(unknown.verdict(), Verdict::reset);
    EXPECT_EQ(other.position(), 0U) << "from the history's beginning";
  }
  come("a.9");
  EXPECT_EQ(reader.position(), 9U);
  join(k);
  EXPECT_EQ(cursor.verdict(), Verdict::continued);
}

TEST_F(ClientCursorTest, continuedIsSaidOnceForAllChannels) {
  come("a.4");
  join(k);
  join(l);
  EXPECT_EQ(said(), verdict("continued"));
}

TEST_F(ClientCursorTest, whatALogHasLostSinceIsAGap) {
  k.log.trimBefore({3});  // event 5 is lost, 7 is there
  come("a.5");
  join(k);
  EXPECT_EQ(said(), verdict("continued")) << "the client has event 5";

  LogReader other(options, 9);
  ClientCursor older;
  older.come("a.4", sequence, other);
  older.join(k, 4, false, other);
  EXPECT_EQ(older.verdict(), Verdict::gap);
}

TEST_F(ClientCursorTest, aChannelWithAGapChangesWhatWasContinued) {
  l.log.trimBefore({3});  // event 6 is lost
  come("a.4");
  join(k);
  join(l);
  EXPECT_EQ(cursor.verdict(), Verdict::gap);
  EXPECT_EQ(said(), verdict("continued") + verdict("gap"));
  Channel& m = registry.channel("m", now);
  append(m, "10");
  m.trimBefore(m.log.end(), Instant{});
  join(m);
  EXPECT_EQ(said(), "") << "there is nothing worse to say";
}

TEST_F(ClientCursorTest, aFirstChannelThatIsJoinedTooLateIsAGapIfItHadEvents) {
  come("a.4");
  joinLate(k);
  EXPECT_EQ(cursor.verdict(), Verdict::gap) << "events 5 to 9 are not given";
}

TEST_F(ClientCursorTest, aFirstChannelThatIsJoinedLateAndWasQuietContinues) {
  come("a.4");
  Channel& quiet = registry.channel("quiet", now);
  joinLate(quiet);
  EXPECT_EQ(cursor.verdict(), Verdict::continued);
}

TEST_F(ClientCursorTest, aSecondChannelThatIsJoinedLateHasNothingToContinue) {
  come("a.4");
  join(k);
  EXPECT_EQ(said(), verdict("continued"));
  joinLate(l);
  EXPECT_EQ(said(), "");
  EXPECT_EQ(cursor.verdict(), Verdict::continued);
}

// --- ids of the application's

TEST_F(ClientCursorTest, anIdOfTheApplicationsIsFoundInTheChannel) {
  remember(k, "10", "mine");
  append(k, "11");
  come("mine");
  EXPECT_EQ(reader.position(), 9U);
  join(k);
  EXPECT_EQ(reader.position(), 10U);
  EXPECT_EQ(cursor.verdict(), Verdict::continued);
  EXPECT_TRUE(cursor.owesVerdict());
  EXPECT_EQ(said(), verdict("continued") + "id: a.10\n\n");
  EXPECT_FALSE(cursor.owesVerdict());
  EXPECT_EQ(said(), "") << "once";
}

TEST_F(ClientCursorTest, ofSeveralChannelsTheOldestPlaceCounts) {
  remember(l, "10", "mine");
  remember(k, "11", "mine");
  come("mine");
  join(k);
  EXPECT_EQ(reader.position(), 11U);
  join(l);
  EXPECT_EQ(reader.position(), 10U);
  EXPECT_EQ(reader.subscriptions().find(k)->cursor, k.log.after(10)) << "the channel joined before moves back, too";
  EXPECT_EQ(cursor.verdict(), Verdict::continued);
}

TEST_F(ClientCursorTest, aNewerPlaceOfALaterChannelDoesNotCount) {
  remember(l, "10", "mine");
  remember(k, "11", "mine");
  come("mine");
  join(l);
  join(k);
  EXPECT_EQ(reader.position(), 10U);
}

TEST_F(ClientCursorTest, aLaterChannelThatKnowsTheIdTakesTheResetBack) {
  remember(k, "10", "mine");
  come("mine");
  join(l);
  EXPECT_EQ(cursor.verdict(), Verdict::reset);
  EXPECT_EQ(reader.position(), 0U);
  join(k);
  EXPECT_EQ(cursor.verdict(), Verdict::continued);
  EXPECT_EQ(reader.position(), 10U);
  EXPECT_EQ(reader.subscriptions().find(l)->cursor, l.log.end());
  EXPECT_EQ(said(), verdict("continued") + "id: a.10\n\n");
}

TEST_F(ClientCursorTest, aChannelThatDoesNotKnowAKnownIdLeavesThePlace) {
  remember(k, "10", "mine");
  come("mine");
  join(k);
  join(l);
  EXPECT_EQ(cursor.verdict(), Verdict::continued);
  EXPECT_EQ(reader.position(), 10U);
}

TEST_F(ClientCursorTest, behindAKnownIdALossOfAnyChannelIsAGap) {
  remember(k, "10", "mine");
  append(l, "11");
  append(l, "12");
  come("mine");
  join(k);
  l.log.trimBefore({5});  // event 11 is lost
  EXPECT_EQ(l.log.evictedThrough(), 11U);
  join(l);
  EXPECT_EQ(cursor.verdict(), Verdict::gap);
  EXPECT_EQ(said(), verdict("gap") + "id: a.10\n\n");
}

TEST_F(ClientCursorTest, aLossOfAChannelJoinedBeforeIsAGapToo) {
  remember(l, "10", "mine");
  append(k, "11");
  k.log.trimBefore(k.log.end());
  come("mine");
  join(k);
  join(l);
  EXPECT_EQ(cursor.verdict(), Verdict::gap);
}

TEST_F(ClientCursorTest, anIdWhoseFirstChannelIsJoinedTooLateIsSaidAtOnce) {
  remember(k, "10", "mine");
  for (const bool isKnown : {true, false}) {
    LogReader other(options, 9);
    ClientCursor late;
    late.come("mine", sequence, other);
    late.join(isKnown ? k : l, sequence.newest(), true, other);
    EXPECT_EQ(late.verdict(), isKnown ? Verdict::gap : Verdict::reset);
    EXPECT_FALSE(late.owesVerdict());
    EXPECT_EQ(test::textOf(other.preamble().send()), verdict(isKnown ? "gap" : "reset"));
    EXPECT_EQ(other.position(), 9U);
    late.join(l, sequence.newest(), true, other);
    other.preamble().sent();
    EXPECT_EQ(test::textOf(other.preamble().send()), "") << "once";
  }
}

TEST_F(ClientCursorTest, aVerdictThatWasSaidStays) {
  remember(k, "10", "mine");
  come("mine");
  join(l);
  EXPECT_EQ(said(), verdict("reset") + "id: a.0\n\n");
  join(k);
  EXPECT_EQ(cursor.verdict(), Verdict::reset);
  EXPECT_EQ(reader.position(), 0U);
  EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace millrace
