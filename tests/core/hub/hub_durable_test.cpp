// A hub with a store, step by step; what holds whatever happens is in tests/sim.
#include "core/hub/durable_fixture.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace millrace {
namespace {

class HubDurable : public test::DurableTest {};

TEST_F(HubDurable, whatMemoryHasLetGoOfIsReadFromTheStore) {
  publishMany("k", 50);
  storeAll();
  open(1, resuming("a.5"));
  join(1, "k");
  EXPECT_EQ(hub.view(1).verdict(), Verdict::continued);
  std::string text = readAtMost(1, 1000000);
  EXPECT_EQ(eventsOf(text), 0U) << "it has to be read first";
  EXPECT_EQ(serve(), 1U);
  for (int read = 0; read < 3; ++read) {
    text += readAtMost(1, 1000000);
  }
  EXPECT_EQ(eventsOf(text), 45U);
  EXPECT_EQ(hub.view(1).position(), "a.50");
}

TEST_F(HubDurable, readersOfOnePartShareAPiece) {
  publishMany("k", 50);
  storeAll();
  for (SubscriberId id = 1; id <= 100; ++id) {
    open(id, resuming("a.5"));
    join(id, "k");
    readAtMost(id, 1000000);
  }
  EXPECT_EQ(serve(), 1U);
  for (SubscriberId id = 1; id <= 100; ++id) {
    EXPECT_EQ(eventsOf(readAtMost(id, 1000000) + readAtMost(id, 1000000)), 45U) << id;
  }
}

TEST_F(HubDurable, piecesHaveABoundAndWhoTakesNothingGivesItsOwnBack) {
  HubOptions options = hub.options();
  options.replayBytes = std::size_t{1024} * 1024;
  hub.configure(options);
  constexpr SubscriberId kReaders = 50;
  for (SubscriberId id = 1; id <= kReaders; ++id) {
    publishMany("k" + std::to_string(id), 200, 1000);
  }
  storeAll();
  for (SubscriberId id = 1; id <= kReaders; ++id) {
    open(id, resuming("a.0"));
    join(id, "k" + std::to_string(id));
    readAtMost(id, 0);
  }
  const std::size_t first = serve();
  EXPECT_LT(first, kReaders) << "the others wait";
  EXPECT_LE(hub.durable().reads().bytes(), options.replayBytes);
  EXPECT_EQ(serve(), 0U);
  std::vector<std::size_t> events(kReaders + 1);
  for (int round = 0; round < 200; ++round) {
    elapse(1000);
    serve();
    EXPECT_LE(hub.durable().reads().bytes(), options.replayBytes);
    for (SubscriberId id = 2; id <= kReaders; ++id) {  // the first one takes nothing
      events[id] += eventsOf(readAtMost(id, 1000000));
    }
  }
  for (SubscriberId id = 2; id <= kReaders; ++id) {
    EXPECT_EQ(events[id], 200U) << id;
  }
}

TEST_F(HubDurable, whatWaitsForTheStoreStaysInMemory) {
  publishMany("k", 50);
  storeAll(StoreOutcome::failed);
  EXPECT_TRUE(hub.durable().isFailing());
  open(1, resuming("a.5"));
  join(1, "k");
  EXPECT_EQ(eventsOf(readAtMost(1, 1000000)), 45U);
  storeAll();
  EXPECT_FALSE(hub.durable().isFailing());
  EXPECT_EQ(hub.durable().stateOf(50), StoredState::stored);
}

TEST_F(HubDurable, whatIsGivenUpIsLostToLaterReadersWhoAreTold) {
  HubOptions options = hub.options();
  options.inboxBytes = 2000;
  hub.configure(options);
  publishMany("k", 40);
  storeAll(StoreOutcome::failed);
  EXPECT_EQ(hub.durable().stateOf(1), StoredState::waiting);
  hub.durable().giveUpIfFull();
  EXPECT_EQ(hub.durable().stateOf(1), StoredState::lost);
  EXPECT_EQ(hub.durable().stateOf(40), StoredState::waiting);
  storeAll();
  EXPECT_EQ(hub.durable().stateOf(40), StoredState::stored);
  elapse(100000);
  open(1, resuming("a.0"));
  join(1, "k");
  EXPECT_EQ(hub.view(1).verdict(), Verdict::gap);
  open(2, resuming("a.35"));
  join(2, "k");
  EXPECT_EQ(hub.view(2).verdict(), Verdict::continued);
}

TEST_F(HubDurable, anEventThatCannotBeStoredIsGivenToNobodyUnderAlways) {
  useStore(Durability::always);
  open(1);
  join(1, "k");
  readAtMost(1, 1000000);
  publishMany("k", 1);
  EXPECT_EQ(readAtMost(1, 1000000), "");
  storeAll(StoreOutcome::failed);
  EXPECT_EQ(hub.durable().stateOf(1), StoredState::lost);
  EXPECT_EQ(readAtMost(1, 1000000), "");
  publishMany("k", 1);
  storeAll();
  EXPECT_EQ(eventsOf(readAtMost(1, 1000000)), 1U);
  open(2, resuming("a.0"));
  join(2, "k");
  EXPECT_EQ(hub.view(2).verdict(), Verdict::continued) << "what nobody was given is not missing";
}

TEST_F(HubDurable, theStoreKeepsWhatThePolicySays) {
  HubOptions options = hub.options();
  options.stored = {100, std::size_t{1} << 20U, Millis(60000)};
  hub.configure(options);
  for (int round = 0; round < 10; ++round) {
    publishMany("k", 50);
    storeAll();
  }
  EXPECT_GT(trims, 0U);
  EXPECT_LE(store.channels().front().events, 110U);
  elapse(200000);
  storeAll();
  EXPECT_TRUE(store.channels().empty()) << "all of it is too old";
}

TEST_F(HubDurable, aForgottenChannelIsGoneAtOnceAndItsReadersAreTold) {
  publishMany("k", 50);
  storeAll();
  open(1, resuming("a.5"));
  join(1, "k");
  readAtMost(1, 0);
  hub.durable().forget("k", now);
  EXPECT_EQ(hub.durable().tasksWaiting(), 1U);
  EXPECT_EQ(withoutBegin(readAtMost(1, 1000000)), std::string(kGap));
  publishMany("k", 1);
  EXPECT_EQ(eventsOf(readAtMost(1, 1000000)), 1U);
  StoreWork work = hub.durable().work(1000);
  EXPECT_EQ(work.forgets, std::vector<std::string>{"k"});
  hub.durable().finish(work, StoreOutcome::done, now);
  EXPECT_EQ(hub.durable().tasksWaiting(), 0U);
}

class HubClosedChannel : public HubDurable {
 protected:
  WriteOutcome close(std::string_view key) { return hub.states().close(key, now); }
  WriteOutcome tryPublishTo(std::string_view key) {
    EventFields fields;
    fields.data = "late";
    return tryPublish(key, fields);
  }
  // The subscriber takes all, and whether it is told to end then.
  bool endsAfterReading(SubscriberId id, std::string& text) {
    for (int read = 0; read < 4; ++read) {
      serve();
      text += readAtMost(id, 1000000);
    }
    Turn turn;
    turns.begin(1);
    while (turns.collect(1, 100, now, turn)) {
    }
    turns.settle(1, now);
    return !turn.closing.empty() && turn.closing.back().second == CloseReason::completed;
  }
};

TEST_F(HubClosedChannel, takesNothingMoreAndItsReadersEnd) {
  open(1);
  join(1, "k");
  readAtMost(1, 1000000);
  publishMany("k", 3);
  EXPECT_EQ(close("k"), WriteOutcome::written);
  EXPECT_EQ(tryPublishTo("k"), WriteOutcome::channelClosed);
  std::string text;
  EXPECT_TRUE(endsAfterReading(1, text));
  EXPECT_EQ(eventsOf(text), 3U);
  EXPECT_NE((text + readAtMost(1, 1000000)).find(end("completed")), std::string::npos);
  EXPECT_EQ(close("k"), WriteOutcome::written) << "once more";
}

TEST_F(HubClosedChannel, whoReadsAnOpenOneBesideGoesOn) {
  open(1);
  join(1, "k");
  join(1, "other");
  EXPECT_EQ(close("k"), WriteOutcome::written);
  std::string text;
  EXPECT_FALSE(endsAfterReading(1, text));
  publishMany("other", 1);
  EXPECT_EQ(eventsOf(readAtMost(1, 1000000)), 1U);
  EXPECT_EQ(close("other"), WriteOutcome::written);
  EXPECT_TRUE(endsAfterReading(1, text));
}

TEST_F(HubClosedChannel, whoComesLaterGetsTheHistoryAndItsEnd) {
  publishMany("k", 50);
  EXPECT_EQ(close("k"), WriteOutcome::written);
  storeAll();
  open(1, resuming("a.5"));
  join(1, "k");
  EXPECT_FALSE(hub.view(1).isComplete());
  std::string text;
  EXPECT_TRUE(endsAfterReading(1, text));
  EXPECT_EQ(eventsOf(text), 45U);
  open(2, resuming("a.50"));
  join(2, "k");
  EXPECT_TRUE(hub.view(2).isComplete()) << "it has everything";
}

TEST_F(HubClosedChannel, isClosedAfterARestartAndOpenAgainOnceForgotten) {
  publishMany("k", 5);
  EXPECT_EQ(close("k"), WriteOutcome::written);
  EXPECT_EQ(close("never used"), WriteOutcome::written);
  EXPECT_EQ(hub.durable().tasksWaiting(), 2U);
  storeAll();
  EXPECT_EQ(hub.durable().tasksWaiting(), 0U);
  Hub next(kEpoch, hub.options());
  StoreStart start;
  start.epoch = kEpoch;
  start.newest = 5;
  start.channels = store.channels();
  start.clock = clock;
  next.durable().open(start);
  EventFields fields;
  fields.data = "late";
  EXPECT_EQ(next.publish("k", fields, {}, now, receipt), WriteOutcome::channelClosed);
  EXPECT_EQ(next.publish("never used", fields, {}, now, receipt), WriteOutcome::channelClosed);
  next.durable().forget("k", now);
  EXPECT_EQ(next.publish("k", fields, {}, now, receipt), WriteOutcome::written);
}

TEST_F(HubClosedChannel, inMemoryItIsKnownAsLongAsTheChannelIs) {
  useStore(Durability::memory);
  EXPECT_EQ(close("k"), WriteOutcome::written);
  open(1);
  join(1, "k");
  hub.close(1, now);
  EXPECT_EQ(tryPublishTo("k"), WriteOutcome::channelClosed);
  elapse(1000000);
  EXPECT_EQ(tryPublishTo("k"), WriteOutcome::channelClosed);
  elapse(2000000);
  EXPECT_EQ(tryPublishTo("k"), WriteOutcome::written) << "forgotten";
}

}  // namespace
}  // namespace millrace
