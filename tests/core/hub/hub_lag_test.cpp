// Time to catch up: who falls behind for a moment loses nothing, and what it has not been sent is held for it.
#include "core/hub/hub_fixture.hpp"

namespace millrace {
namespace {

class HubLag : public test::HubTest {
 protected:
  HubLag() {
    options.history.events = 10;
    options.lagGrace = Millis{1000};
    hub.configure(options);
  }

  // Reads, and takes nothing: its socket is blocked.
  void block(SubscriberId id) {
    Spans spans;
    turns.read(id, now, {}, spans);
    ASSERT_FALSE(spans.bytes.empty());
    turns.takenUpTo(id, spans.bytes.front().data(), now);
  }

  // A turn in which the connection's socket takes nothing of what was published.
  std::string publishToBlocked(SubscriberId id, std::size_t count) {
    std::string all = publishMany(count);
    collect();
    block(id);
    turns.settle(1, now);
    return all;
  }

  std::string publishMany(std::size_t count) {
    std::string all;
    for (; count > 0; --count) {
      all += "id: " + publish("k", "x").id + "\ndata: x\n\n";
    }
    return all;
  }

  void passAndTick(std::int64_t milliseconds) {
    pass(milliseconds);
    hub.tick(now);
  }

  HubOptions options;
};

TEST_F(HubLag, aBurstOfManyHistoriesIsCaughtUpWith) {
  openAndJoin(1, "k", lagging(5, Overflow::disconnect));
  const std::string burst = publishToBlocked(1, 100);
  const std::string more = publishMany(100);
  idleTurn();
  passAndTick(999);
  EXPECT_TRUE(idleTurn().closing.empty());
  EXPECT_EQ(read(1), burst + more);
  turns.settle(1, now);
  passAndTick(1);
  EXPECT_TRUE(idleTurn().closing.empty());
  open(2, resuming("a.0"));
  join(2, "k");
  EXPECT_TRUE(read(2).starts_with(std::string(kGap) + "id: a.191\n")) << "then the history is trimmed";
}

TEST_F(HubLag, whoHasNotCaughtUpInTimeIsClosed) {
  openAndJoin(1, "k", lagging(5, Overflow::disconnect));
  publishToBlocked(1, 100);
  EXPECT_EQ(hub.nextDeadline(), now + Millis{1000});
  passAndTick(1000);
  const Turn turn = idleTurn();
  ASSERT_EQ(turn.closing.size(), 1U);
  EXPECT_EQ(turn.closing[0].second, CloseReason::lagging);
}

TEST_F(HubLag, orItsOldestAreDropped) {
  openAndJoin(1, "k", lagging(2, Overflow::dropOldest));
  publishToBlocked(1, 100);
  passAndTick(1000);
  EXPECT_EQ(read(1), std::string(kGap) + event(99, "x") + event(100, "x"));
}

TEST_F(HubLag, whoCannotBeToldOfAGapIsClosed) {
  OpenOptions silent = lagging(2, Overflow::dropOldest);
  silent.subscriber.hasNotices = false;
  openAndJoin(1, "k", silent);
  publishToBlocked(1, 100);
  passAndTick(1000);
  const Turn turn = idleTurn();
  ASSERT_EQ(turn.closing.size(), 1U);
  EXPECT_EQ(turn.closing[0].second, CloseReason::lagging);
  EXPECT_EQ(readAll(1), "") << "no event behind the gap";
}

TEST_F(HubLag, soIsWhoBeginsBehindAGap) {
  OpenOptions silent = quiet();
  silent.subscriber.hasNotices = false;
  open(1, silent);
  join(1, "k");
  publishMany(100);
  idleTurn();
  idleTurn();
  EXPECT_EQ(readAll(1), "");
  const Turn turn = idleTurn();
  ASSERT_EQ(turn.closing.size(), 1U);
  EXPECT_EQ(turn.closing[0].second, CloseReason::lagging);
}

TEST_F(HubLag, whoIsSlowHasNoTimeAgainUntilItHasEverything) {
  openAndJoin(1, "k", lagging(5, Overflow::disconnect));
  publishToBlocked(1, 3);
  passAndTick(1000);
  EXPECT_TRUE(idleTurn().closing.empty()) << "within its limits";
  publishMany(3);
  idleTurn();
  EXPECT_EQ(idleTurn().closing.size(), 1U);
}

TEST_F(HubLag, whoCaughtUpHasTheTimeAgain) {
  openAndJoin(1, "k", lagging(5, Overflow::disconnect));
  for (int round = 0; round < 5; ++round) {
    const std::string burst = publishToBlocked(1, 50);
    passAndTick(900);
    EXPECT_EQ(read(1), burst);
    EXPECT_TRUE(idleTurn().closing.empty());
  }
}

TEST_F(HubLag, nothingIsHeldOnceTheInboxIsHalfFull) {
  options.inboxBytes = 2000;
  hub.configure(options);
  openAndJoin(1, "k", lagging(1000, Overflow::dropOldest));
  publishToBlocked(1, 30);
  publishMany(60);
  idleTurn();
  EXPECT_TRUE(read(1).starts_with(std::string(kGap) + "id: a.81\n"));
}

TEST_F(HubLag, whatNobodyBeganToReadHoldsNothing) {
  open(1);
  join(1, "k");
  publishMany(100);
  idleTurn();
  idleTurn();
  EXPECT_TRUE(idleTurn().closing.empty());
  open(2, resuming("a.0"));
  join(2, "k");
  EXPECT_TRUE(read(2).starts_with(std::string(kGap) + "id: a.91\n"));
}

TEST_F(HubLag, whoHasReadNothingCanBeAskedWhatItHasLost) {
  EXPECT_FALSE(hub.view(1).hasLost()) << "nobody";
  open(1, listening());
  join(1, "k");
  EXPECT_FALSE(hub.view(1).hasLost());
  publishMany(10);
  EXPECT_FALSE(hub.view(1).hasLost());
  publishMany(1);
  idleTurn();
  EXPECT_TRUE(hub.view(1).hasLost());
  EXPECT_TRUE(hub.view(1).hasPending()) << "it was not read";
}

// --- several owners, turns in slices

class HubSlices : public test::HubTest {};

// Another owner's turn begins while the first has looked at a part of its connections: the channel's members are looked
// through from the start again, and the first must come to its last all the same.
TEST_F(HubSlices, anOwnerComesToAllItsConnectionsWhoeverElseBeginsATurn) {
  constexpr SubscriberId kConnections = 8;
  HubOptions options = strict();
  options.history.events = 1;
  hub.configure(options);
  for (SubscriberId id = 1; id <= kConnections; ++id) {
    openAndJoin(id, "k", quiet(), 1);
  }
  openAndJoin(100, "k", quiet(), 2);
  std::vector<std::string> received(kConnections + 1);
  std::string all;
  publish("k", "1");
  all += event(1, "1");
  const auto readAll = [&](const Turn& turn) {
    for (const SubscriberId id : turn.readable) {
      received.at(id) += read(id);
    }
  };
  turns.begin(1);
  Turn first;
  EXPECT_TRUE(turns.collect(1, 3, now, first));
  readAll(first);
  for (std::uint64_t number = 2; number <= 5; ++number) {
    publish("k", std::to_string(number));
    all += event(number, std::to_string(number));
    turns.begin(2);
    Turn part;
    turns.collect(1, 3, now, part);
    readAll(part);
  }
  Turn rest;
  while (turns.collect(1, 3, now, rest)) {
  }
  readAll(rest);
  turns.settle(1, now);
  Turn other;
  while (turns.collect(2, 3, now, other)) {
  }
  EXPECT_EQ(read(100), all);
  turns.settle(2, now);
  readingTurn(2);
  for (int count = 0; count < 3; ++count) {
    readAll(collect(1));
    turns.settle(1, now);
  }
  for (SubscriberId id = 1; id <= kConnections; ++id) {
    EXPECT_EQ(received.at(id), all) << id;
  }
}

}  // namespace
}  // namespace millrace
