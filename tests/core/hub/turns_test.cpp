#include "core/hub/turns.hpp"

#include "core/hub/endings.hpp"
#include "core/hub/heartbeats.hpp"
#include "core/hub/inbox.hpp"
#include "core/hub/lag_judge.hpp"
#include "core/hub/own_events.hpp"
#include "core/hub/part_fixture.hpp"
#include "core/hub/scheduler.hpp"
#include "core/hub/stored_reads.hpp"

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace {
namespace {

static_assert(!std::is_copy_constructible_v<OwnerTurn> && !std::is_copy_assignable_v<OwnerTurn>);
static_assert(!std::is_default_constructible_v<OwnerTurn>, "only Turns::begin() gives one");
static_assert(!std::is_copy_constructible_v<Reading> && !std::is_copy_assignable_v<Reading>);

// One subscriber that reads "k", with no time to catch up.
class TurnsTest : public test::PartTest {
 protected:
  using Ids = std::vector<SubscriberId>;
  using Closings = std::vector<std::pair<SubscriberId, CloseReason>>;

  TurnsTest() { options.lagGrace = Millis{0}; }

  Subscriber& addReading(SubscriberId id, const SubscriberOptions& limits = {}) {
    scheduler.addSubscriber(1);
    Subscriber& subscriber = add(id, 1, limits);
    join(subscriber, "k");
    return subscriber;
  }
  void publish(std::string_view bytes, std::string_view type = "") {
    append(k, bytes, type);
    inbox.add(k, bytes.size());
    scheduler.noteAppended(k, sequence.newest(), now);
  }
  void collectAll(const OwnerTurn& turn) {
    while (turns.collect(turn, 10, now, found)) {
    }
  }
  // A turn in which nobody reads.
  void idleTurn() {
    OwnerTurn turn = turns.begin(1);
    collectAll(turn);
    turns.settle(std::move(turn), now);
  }
  Reading read(SubscriberId id, const ReadLimits& limits = {}) {
    spans.clear();
    Reading reading = turns.read(id, now, limits, spans);
    text = test::textOf(spans);
    return reading;
  }

  HubOptions options;
  Scheduler scheduler{sequence};
  Inbox inbox{scheduler, options};
  OwnEvents ownEvents{scheduler, inbox};
  Deadlines deadlines;
  DeflateQueue deflates{registry, sequence};
  Endings endings{sequence, scheduler, deadlines, options};
  LagJudge lagJudge{endings, deadlines, options};
  Heartbeats heartbeats{sequence, scheduler, deadlines, endings};
  StoredReads storedReads{registry, scheduler, options};
  Turns turns{{sequence, registry, scheduler, inbox, deflates, storedReads, lagJudge, endings, heartbeats}};
  Channel& k = registry.channel("k", now);
  Spans spans;
  std::string text;  // of the last read
  Turn found;
};

// --- tokens

TEST_F(TurnsTest, aTurnThatWasMovedFromDoesNothing) {
  addReading(1);
  publish("1 ");
  OwnerTurn turn = turns.begin(1);
  OwnerTurn moved = turns.begin(2);
  moved = std::move(turn);
  // NOLINTBEGIN(bugprone-use-after-move): what it does then is what is tested
  EXPECT_FALSE(turns.collect(turn, 10, now, found));
  EXPECT_TRUE(found.readable.empty());
  turns.settle(std::move(turn), now);
  // NOLINTEND(bugprone-use-after-move)
  EXPECT_EQ(inbox.bytes(), 2U) << "the owner's turn is not over";
  collectAll(moved);
  EXPECT_EQ(found.readable, Ids{1});
  turns.settle(std::move(moved), now);
  EXPECT_EQ(inbox.bytes(), 0U);
}

TEST_F(TurnsTest, anEmptyReadingDoesNothing) {
  EXPECT_EQ(turns.taken(Reading(), now), ReadNext::nothing);
  turns.takenUpTo(Reading(), nullptr, now);
  Reading unknown = read(7);
  EXPECT_EQ(text, "");
  EXPECT_EQ(turns.taken(std::move(unknown), now), ReadNext::nothing);
}

TEST_F(TurnsTest, aReadingThatWasUsedUpDoesNothing) {
  Subscriber& subscriber = addReading(1);
  publish("1 ");
  Reading reading = read(1);
  Reading moved = std::move(reading);
  // NOLINTBEGIN(bugprone-use-after-move): what it does then is what is tested
  EXPECT_EQ(turns.taken(std::move(reading), now), ReadNext::nothing);
  turns.takenUpTo(std::move(reading), spans.bytes.front().data() + 1, now);
  EXPECT_TRUE(subscriber.reader().isInFlight());
  EXPECT_FALSE(subscriber.hasBeenRead());
  turns.taken(std::move(moved), now);
  EXPECT_FALSE(subscriber.hasPending());
  publish("2 ");
  turns.taken(std::move(moved), now);
  // NOLINTEND(bugprone-use-after-move)
  EXPECT_TRUE(subscriber.hasPending());
}

// --- reading

TEST_F(TurnsTest, whatIsTakenIsNotGivenAgain) {
  Subscriber& subscriber = addReading(1);
  publish("1 ");
  idleTurn();
  EXPECT_EQ(found.readable, Ids{1});
  EXPECT_EQ(turns.taken(read(1), now), ReadNext::nothing);
  EXPECT_EQ(text, "1 ");
  EXPECT_FALSE(subscriber.isCatchingUp());
  EXPECT_FALSE(subscriber.offer.isOpen());
  EXPECT_EQ(turns.taken(read(1), now), ReadNext::nothing);
  EXPECT_EQ(text, "");
}

TEST_F(TurnsTest, thePreambleIsCompletedBeforeARead) {
  Preamble& preamble = addReading(1).reader().preamble();
  preamble.begin("");
  preamble.oweCursor();
  turns.taken(read(1), now);
  EXPECT_EQ(text, "event: millrace.begin\ndata: {\"resumes\":true}\n\nid: a.0\n\n");
}

TEST_F(TurnsTest, thereIsMoreWhereTheLimitsLeftSomethingOut) {
  Subscriber& subscriber = addReading(1);
  publish("1 ");
  publish("2 ");
  idleTurn();
  EXPECT_EQ(turns.taken(read(1, {.bytes = 1}), now), ReadNext::more);
  EXPECT_EQ(text, "1 ");
  EXPECT_TRUE(subscriber.offer.isOpen()) << "its owner goes on without being told";
  EXPECT_TRUE(subscriber.isCatchingUp());
  EXPECT_EQ(turns.taken(read(1), now), ReadNext::nothing);
  EXPECT_EQ(text, "2 ");
  EXPECT_FALSE(subscriber.offer.isOpen());
}

TEST_F(TurnsTest, thereIsMoreForWhoIsEndingAndHasBytes) {
  Subscriber& subscriber = addReading(1);
  publish("1 ");
  Reading reading = read(1);
  endings.begin(subscriber, CloseReason::closed, now);
  EXPECT_EQ(turns.taken(std::move(reading), now), ReadNext::more) << "the notice";
  EXPECT_EQ(turns.taken(read(1), now), ReadNext::nothing);
  EXPECT_TRUE(text.starts_with("event: millrace.end\n")) << text;
}

TEST_F(TurnsTest, whatIsTakenInPartGoesOnThere) {
  Subscriber& subscriber = addReading(1);
  publish("0123456789");
  Reading reading = read(1);
  turns.takenUpTo(std::move(reading), spans.bytes.front().data() + 4, now);
  EXPECT_TRUE(subscriber.hasProgressed);
  EXPECT_TRUE(subscriber.hasBeenRead());
  EXPECT_NE(subscriber.deadlines.stall, kNever) << "it is behind";
  subscriber.hasProgressed = false;
  reading = read(1);
  EXPECT_EQ(text, "456789");
  turns.takenUpTo(std::move(reading), spans.bytes.front().data(), now, Progress::none);
  EXPECT_FALSE(subscriber.hasProgressed);
  turns.taken(read(1), now);
  EXPECT_EQ(text, "456789");
  EXPECT_EQ(subscriber.deadlines.stall, kNever);
}

TEST_F(TurnsTest, whoCannotGoOnIsBrokenOff) {
  Subscriber& subscriber = addReading(1);
  publish("first ");
  publish("second ");
  Reading reading = read(1);
  k.trimBefore({1}, Instant{});
  turns.takenUpTo(std::move(reading), spans.bytes.front().data() + 2, now);
  EXPECT_TRUE(subscriber.isEnding());
  idleTurn();
  EXPECT_EQ(found.closing, (Closings{{1, CloseReason::lagging}}));
}

TEST_F(TurnsTest, whoHasTheLastEventIsComplete) {
  SubscriberOptions limits;
  limits.closeAfter = {typeHash("done")};
  Subscriber& subscriber = addReading(1, limits);
  publish("1 ", "done");
  publish("2 ");
  EXPECT_EQ(turns.taken(read(1), now), ReadNext::more) << "the notice follows";
  EXPECT_EQ(text, "1 ");
  EXPECT_TRUE(subscriber.isEnding());
  EXPECT_EQ(subscriber.closeReason, CloseReason::completed);
  EXPECT_EQ(turns.taken(read(1), now), ReadNext::nothing);
  EXPECT_TRUE(text.starts_with("event: millrace.end\n")) << text;
}

TEST_F(TurnsTest, aCompressedSubscriberWaitsForWhatIsNotDeflated) {
  SubscriberOptions limits;
  limits.isCompressed = true;
  Subscriber& subscriber = addReading(1, limits);
  publish("1 ");
  publish("2 ");
  deflates.add(k);
  deflates.finish(deflates.jobs(1, kEverySequence).front());
  EXPECT_EQ(turns.takeWakes(), std::vector<OwnerId>{1});
  idleTurn();
  EXPECT_EQ(turns.taken(read(1), now), ReadNext::nothing) << "there is nothing for it at once";
  EXPECT_EQ(text, "1 ");
  EXPECT_TRUE(subscriber.isCatchingUp());
  EXPECT_EQ(turns.takeWakes(), std::vector<OwnerId>{1}) << "it is to be read again";
  deflates.finish(deflates.jobs(1, kEverySequence).front());
  turns.taken(read(1), now);
  EXPECT_EQ(text, "2 ");
  EXPECT_FALSE(subscriber.isCatchingUp());
}

// --- settling

TEST_F(TurnsTest, whoIsBehindAtTheEndOfATurnIsJudged) {
  SubscriberOptions limits;
  limits.lag.events = 1;
  Subscriber& behind = addReading(1, limits);
  Subscriber& reads = addReading(2, limits);
  for (Subscriber* const subscriber : {&behind, &reads}) {
    subscriber->noteRead(true);
  }
  publish("1 ");
  publish("2 ");
  OwnerTurn turn = turns.begin(1);
  collectAll(turn);
  turns.taken(read(2), now);
  turns.settle(std::move(turn), now);
  EXPECT_TRUE(behind.isEnding());
  EXPECT_EQ(behind.closeReason, CloseReason::lagging);
  EXPECT_FALSE(reads.isEnding());
  EXPECT_EQ(turns.takeWakes(), std::vector<OwnerId>{1}) << "to close it";
}

TEST_F(TurnsTest, nothingIsEvictedForWhoHasTimeToCatchUp) {
  options.lagGrace = Millis{100};
  policies.rest().policy.history.events = 0;
  Subscriber& subscriber = addReading(1);
  subscriber.noteRead(true);
  publish("1 ");
  idleTurn();
  EXPECT_FALSE(k.log.isEmpty()) << "its being behind is noted before the logs are trimmed";
  EXPECT_FALSE(subscriber.isEnding());
  now += Millis{100};
  idleTurn();
  EXPECT_TRUE(k.log.isEmpty());
}

TEST_F(TurnsTest, whoseHistoryIsTrimmedInTheTurnIsJudgedByIt) {
  policies.rest().policy.history.events = 0;
  Subscriber& subscriber = addReading(1);
  subscriber.noteRead(true);
  publish("1 ");
  idleTurn();
  EXPECT_TRUE(k.log.isEmpty());
  EXPECT_TRUE(subscriber.isEnding());
}

TEST_F(TurnsTest, ownEventsHaveBeenOfferedOnceATurnIsOver) {
  Subscriber& subscriber = addReading(1);
  ownEvents.append(subscriber, test::entryOf(sequence.advance(), "own "), now);
  EXPECT_EQ(inbox.bytes(), 4U);
  idleTurn();
  EXPECT_EQ(inbox.bytes(), 0U);
  turns.taken(read(1), now);
  EXPECT_EQ(text, "own ");
}

TEST_F(TurnsTest, anOwnerThatHasGoneIsForgotten) {
  inbox.addOwn(5, 10);
  turns.trust(5);
  turns.forget(5);
  EXPECT_EQ(inbox.bytes(), 0U);
  inbox.addOwn(1, 10);
  addReading(1);
  turns.trust(1);
  turns.forget(1);
  EXPECT_EQ(inbox.bytes(), 10U) << "it still has a subscriber";
}

}  // namespace
}  // namespace millrace
