// What happens in a hub between what its store does: events are forgotten, trimmed or let go of while others are stored or read.
#include "core/hub/durable_fixture.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace millrace {
namespace {

class HubStoreRace : public test::DurableTest {
 protected:
  // All that comes for the subscriber, from the store, too.
  std::string readEverything(SubscriberId id) {
    std::string text;
    for (int round = 0; round < 6; ++round) {
      text += readAtMost(id, 1000000);
      serve();
    }
    return text;
  }

  // Memory lets go of what its limits do not keep, though its readers have not taken it: their owner has looked, and their time is over.
  void letGo() {
    for (int turn = 0; turn < 2; ++turn) {
      static_cast<void>(collect(1));
      turns.settle(1, now);
      elapse(20000);
    }
  }

  // The subscriber 1 waits for what only the store has of "k": 45 events.
  void beginReading() {
    publishMany("k", 50);
    storeAll();
    open(1, resuming("a.5"));
    join(1, "k");
    static_cast<void>(readAtMost(1, 1000000));
  }

  void expectNothingOf(std::string_view key, SubscriberId id) {
    open(id, resuming("a.0"));
    join(id, key);
    EXPECT_EQ(eventsOf(readEverything(id)), 0U);
  }
};

TEST_F(HubStoreRace, theLastEventsAreReadFromTheStoreIfMemoryLetsGoOfThemFirst) {
  publishMany("k", 5);
  open(1);
  joinFrom(1, "k", 5);
  publishMany("k", 50);
  storeAll();
  letGo();
  EXPECT_EQ(eventsOf(readEverything(1)), 55U);
}

TEST_F(HubStoreRace, theLastEventsAreToldAsMissingIfMemoryLetsGoOfThemFirst) {
  useStore(Durability::memory);
  publishMany("k", 5);
  open(1);
  joinFrom(1, "k", 5);
  publishMany("k", 50);
  letGo();
  EXPECT_NE(readEverything(1).find(kGap), std::string::npos);
}

TEST_F(HubStoreRace, whatIsBeingStoredWhenItIsForgottenIsGivenToNobody) {
  publishMany("k", 5);
  StoreWork work = hub.durable().work(2);
  hub.durable().forget("k", now);
  EXPECT_EQ(doWork(store, work, clock), StoreOutcome::done);
  expectNothingOf("k", 1);
  hub.durable().finish(work, StoreOutcome::done, now);
  storeAll();
  expectNothingOf("k", 2);
}

TEST_F(HubStoreRace, whatIsBeingReadWhenItIsForgottenIsGivenToNobody) {
  beginReading();
  const std::vector<ReadJob> jobs = hub.durable().reads().jobs(1, now);
  ASSERT_EQ(jobs.size(), 1U);
  const SharedPiece piece = readFromStore(store, jobs.front(), clock);
  hub.durable().forget("k", now);
  storeAll();
  hub.durable().reads().finish(jobs.front(), piece, now);
  EXPECT_EQ(eventsOf(readEverything(1)), 0U);
  publishMany("k", 1);
  EXPECT_EQ(eventsOf(readEverything(1)), 1U);
  expectNothingOf("other", 2);
}

TEST_F(HubStoreRace, aPieceThatIsForgottenIsNotGivenFurther) {
  beginReading();
  EXPECT_EQ(serve(), 1U);
  const std::size_t before = eventsOf(readAtMost(1, 100));
  EXPECT_GT(before, 0U);
  EXPECT_LT(before, 45U);
  hub.durable().forget("k", now);
  const std::string rest = readEverything(1);
  EXPECT_EQ(eventsOf(rest), 0U);
  EXPECT_NE(rest.find(kGap), std::string::npos);
}

TEST_F(HubStoreRace, aPieceThatIsForgottenWhileItIsSentIsNotGivenFurther) {
  beginReading();
  EXPECT_EQ(serve(), 1U);
  Spans spans;
  ReadLimits limits;
  limits.bytes = 100;
  turns.read(1, now, limits, spans);
  hub.durable().forget("k", now);
  turns.taken(1, now);
  EXPECT_EQ(eventsOf(readEverything(1)), 0U);
}

TEST_F(HubStoreRace, aTrimThatIsToldAfterItsChannelWasForgottenChangesNothing) {
  HubOptions options = hub.options();
  options.stored.events = 20;
  hub.configure(options);
  publishMany("k", 50);
  StoreWork entries = hub.durable().work(1000);
  EXPECT_EQ(doWork(store, entries, clock), StoreOutcome::done);
  hub.durable().finish(entries, StoreOutcome::done, now);
  StoreWork trim = hub.durable().work(1000);
  ASSERT_EQ(trim.trims.size(), 1U);
  EXPECT_EQ(doWork(store, trim, clock), StoreOutcome::done);
  hub.durable().forget("k", now);
  hub.durable().finish(trim, StoreOutcome::done, now);
  open(1, resuming("a.49"));
  join(1, "k");
  static_cast<void>(readAtMost(1, 1000000));
  EXPECT_TRUE(hub.durable().reads().isEmpty()) << "there is nothing to be read";
}

TEST_F(HubStoreRace, behindAGapTheStoreGivesWhatItHas) {
  HubOptions options = hub.options();
  options.stored.events = 20;
  hub.configure(options);
  open(1);
  join(1, "k");
  static_cast<void>(readAtMost(1, 1000000));
  publishMany("k", 60);
  storeAll();
  letGo();
  const std::string text = readEverything(1);
  EXPECT_NE(text.find(kGap), std::string::npos);
  EXPECT_EQ(eventsOf(text), 20U);
}

TEST_F(HubStoreRace, aHeartbeatTellsNoIdBehindWhatIsYetToComeFromTheStore) {
  OpenOptions options = quiet();
  options.subscriber.heartbeat.every = Millis{5000};
  open(1, options);
  join(1, "k", {"message"});
  static_cast<void>(readAtMost(1, 1000000));
  publishMany("k", 50);
  storeAll();
  letGo();
  EXPECT_EQ(eventsOf(readEverything(1)), 50U);
}

TEST_F(HubStoreRace, whoFindsNoRoomIsKnownToWait) {
  HubOptions options = hub.options();
  options.replayBytes = 1;
  hub.configure(options);
  for (const std::string_view key : {"one", "two"}) {
    publishMany(key, 50);
  }
  storeAll();
  open(1, resuming("a.0"));
  join(1, "one");
  static_cast<void>(readAtMost(1, 1000000));
  EXPECT_EQ(serve(), 1U);  // and takes nothing of it
  open(2, resuming("a.0"));
  join(2, "two");
  static_cast<void>(readAtMost(2, 1000000));
  EXPECT_FALSE(hub.durable().reads().isEmpty()) << "whoever serves it has to ask, so that the time runs";
  EXPECT_EQ(serve(), 0U);
  elapse(1000);
  EXPECT_EQ(serve(), 1U);
}

}  // namespace
}  // namespace millrace
