// How a connection on a socket ends, and who is told.
#include "core/wire/type_hash.hpp"
#include "io/reactor_fixture.hpp"

#include <algorithm>
#include <thread>

namespace millrace {
namespace {

using test::OwnedItem;
using test::SocketClient;
using test::SocketKind;
using test::SocketPair;
using test::TestEnvironment;

class ReactorEnd : public test::ReactorTest, public ::testing::WithParamInterface<SocketKind> {
 protected:
  // Until the reactor has its socket: it is adopted on another thread.
  static void waitForFirstBytes(SocketClient& client) {
    EXPECT_TRUE(client.readUntil([&] { return !client.body().empty(); }));
  }
};

TEST_P(ReactorEnd, aPeerThatClosesEndsItsConnection) {
  const auto client = connect(GetParam(), "c");
  waitForFirstBytes(*client);
  client->close();
  EXPECT_EQ(environment.waitForEnd(last), CloseReason::disconnected);
  EXPECT_EQ(openConnections(), 0U);
  EXPECT_EQ(publish("c", "x").recipients, 0U);
}

TEST_P(ReactorEnd, soDoesOneThatSendsNoMore) {
  const auto client = connect(GetParam(), "c");
  waitForFirstBytes(*client);
  client->halfClose();
  EXPECT_EQ(environment.waitForEnd(last), CloseReason::disconnected);
  client->readToEnd();
  EXPECT_FALSE(client->isOver());
}

TEST_P(ReactorEnd, soDoesOneThatResets) {
  const auto client = connect(GetParam(), "c");
  client->reset();
  EXPECT_EQ(environment.waitForEnd(last), CloseReason::disconnected);
}

TEST_P(ReactorEnd, aPeerThatClosesWhileItIsBlockedEndsItsConnection) {
  const auto client = connect(GetParam(), "c", 4096);
  publish("c", std::string(std::size_t{1024} * 1024, 'x'));
  waitForFirstBytes(*client);
  client->close();
  EXPECT_EQ(environment.waitForEnd(last), CloseReason::disconnected);
}

TEST_P(ReactorEnd, whatAPeerSaysIsThrownAway) {
  const auto client = connect(GetParam(), "c");
  for (int n = 0; n < 100; ++n) {
    client->send(std::string(1000, 'x'));
  }
  publish("c", "x");
  EXPECT_TRUE(client->readEvents(1));
  EXPECT_FALSE(environment.hasEnded(last));
}

TEST_P(ReactorEnd, whoIsClosedGetsWhatThereIsThenTheEndOfTheBody) {
  const auto client = connect(GetParam(), "c", 4096);
  constexpr std::size_t kEvents = 300;
  for (std::size_t n = 0; n < kEvents; ++n) {
    publish("c", std::to_string(n));
  }
  EXPECT_TRUE(end(last, CloseReason::closed));
  EXPECT_FALSE(end(last, CloseReason::closed));
  publish("c", "too late");
  client->readToEnd();
  EXPECT_TRUE(client->isOver());
  EXPECT_EQ(client->data(), numbers(0, kEvents));
  EXPECT_EQ(environment.waitForEnd(last), CloseReason::closed);
  EXPECT_EQ(openConnections(), 0U);
}

TEST_P(ReactorEnd, whoIsClosedBeforeItIsAdoptedIsClosed) {
  const SubscriberId id = environment.open(hub, "c");
  EXPECT_TRUE(end(id, CloseReason::closed));
  const auto client = adopt(GetParam(), id);
  client->readToEnd();
  EXPECT_EQ(environment.waitForEnd(id), CloseReason::closed);
}

// A reset overtakes what is on its way: the socket that is done is not closed while its peer may still be talking.
TEST_P(ReactorEnd, whatTheClientSaysAfterTheEndCostsItNothingOfIt) {
  const auto client = connect(GetParam(), "c", 4096);
  constexpr std::size_t kEvents = 2000;
  for (std::size_t n = 0; n < kEvents; ++n) {
    publish("c", std::to_string(n));
  }
  ASSERT_TRUE(client->readEvents(1));
  EXPECT_TRUE(end(last, CloseReason::closed));
  while (!environment.hasEnded(last) && client->readSome(512)) {
    client->send("more and more");
  }
  client->send("and more");
  client->readToEnd();
  EXPECT_EQ(environment.waitForEnd(last), CloseReason::closed);
  EXPECT_TRUE(client->isOver());
  EXPECT_EQ(client->data(), numbers(0, kEvents));
}

TEST_P(ReactorEnd, aSocketThatCannotBeWatchedStaysItsEnvironments) {
  const SubscriberId id = environment.open(hub, "c");
  SocketOptions options;
  options.hub = hub;
  options.subscriber = id;
  EXPECT_FALSE(engine.reactors().adopt(options, UniqueDescriptor()));
  EXPECT_FALSE(environment.hasEnded(id));
  EXPECT_EQ(openConnections(), 1U);
  const auto client = adopt(GetParam(), id);
  publish("c", "x");
  EXPECT_TRUE(client->readEvents(1));
}

TEST_P(ReactorEnd, whoIsUnknownIsClosed) {
  const auto client = adopt(GetParam(), 1000);
  client->readToEnd();
  EXPECT_TRUE(client->body().empty());
  EXPECT_EQ(environment.waitForEnd(1000), CloseReason::closed);
}

TEST_P(ReactorEnd, whoDoesNotTakeWhatIsLeftIsClosedInTheMiddle) {
  HubOptions options;
  options.flushFor = Millis{50};
  configure(options);
  const auto client = connect(GetParam(), "c", 4096);
  publish("c", std::string(std::size_t{4} * 1024 * 1024, 'x'));
  EXPECT_TRUE(end(last, CloseReason::closed));
  EXPECT_EQ(environment.waitForEnd(last), CloseReason::closed);
  client->readToEnd();
  EXPECT_FALSE(client->isOver());
}

TEST_P(ReactorEnd, theLongestDurationEndsInACompleteEventAndTheEndOfTheBody) {
  OpenOptions options = test::quiet();
  options.subscriber.maxDuration = Millis{20};
  const auto client = connect(GetParam(), "c", 0, options);
  client->readToEnd();
  EXPECT_TRUE(client->isOver());
  ASSERT_EQ(client->events().size(), 1U);
  EXPECT_EQ(client->events()[0].type, "complete");
  EXPECT_TRUE(client->events()[0].data.starts_with(R"({"reason":"duration_cap","duration":)"));
  EXPECT_EQ(client->end(), R"({"reason":"duration_cap","reconnect":true})");
  EXPECT_EQ(environment.waitForEnd(last), CloseReason::durationCap);
}

TEST_P(ReactorEnd, anEventAfterWhichItIsToEndIsTheLast) {
  OpenOptions options = test::quiet();
  options.subscriber.closeAfter = {typeHash("done")};
  const auto client = connect(GetParam(), "c", 0, options);
  publish("c", "1");
  test::publishTo(engine, hub, "c", "2", "done");
  publish("c", "3");
  client->readToEnd();
  EXPECT_TRUE(client->isOver());
  EXPECT_EQ(client->data(), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(environment.waitForEnd(last), CloseReason::completed);
}

TEST_P(ReactorEnd, aDrainTellsEveryoneWhenToComeBackAndEndsTheBodies) {
  constexpr std::size_t kClients = 20;
  std::vector<std::unique_ptr<SocketClient>> clients;
  std::vector<SubscriberId> ids;
  for (std::size_t n = 0; n < kClients; ++n) {
    clients.push_back(connect(GetParam(), "c"));
    ids.push_back(last);
  }
  publish("c", "x");
  engine.with(hub, [](Hub& chosen, Instant now) {
    chosen.drain({Millis{100}, Millis{1000}, Millis{2000}, 0}, now);
    EXPECT_EQ(chosen.open(1000, 1, test::quiet(), now), OpenOutcome::draining);
  });
  std::vector<std::uint32_t> retries;
  for (std::size_t n = 0; n < kClients; ++n) {
    clients[n]->readToEnd();
    EXPECT_TRUE(clients[n]->isOver());
    ASSERT_EQ(clients[n]->events().size(), 2U);
    for (const OwnedItem& item : clients[n]->events()) {
      if (item.kind == ParsedItem::Kind::retry) {
        retries.push_back(item.retry);
      } else {
        EXPECT_EQ(item.data, "x");
      }
    }
    EXPECT_EQ(clients[n]->end(), R"({"reason":"draining","reconnect":true})");
    EXPECT_EQ(environment.waitForEnd(ids[n]), CloseReason::draining);
  }
  std::sort(retries.begin(), retries.end());
  ASSERT_EQ(retries.size(), kClients);
  for (std::size_t n = 0; n < kClients; ++n) {
    EXPECT_EQ(retries[n], 1000 + 100 * n);
  }
  EXPECT_EQ(openConnections(), 0U);
}

// --- environments that end

TEST_P(ReactorEnd, anEnvironmentThatEndsTakesItsConnectionsWithIt) {
  const auto stays = connect(GetParam(), "c");
  TestEnvironment other(engine);
  std::vector<std::unique_ptr<SocketClient>> clients;
  for (int n = 0; n < 10; ++n) {
    const SubscriberId id = other.open(hub, "c");
    SocketPair pair = test::connectedPair(GetParam());
    other.adopt(hub, id, std::move(pair.server));
    clients.push_back(std::make_unique<SocketClient>(std::move(pair.client)));
  }
  other.detach();
  for (const auto& client : clients) {
    client->readToEnd();
    EXPECT_FALSE(client->isOver());
  }
  publish("c", "x");
  EXPECT_TRUE(stays->readEvents(1));
  EXPECT_FALSE(environment.hasEnded(last));
}

TEST_P(ReactorEnd, theLastEnvironmentStopsTheReactorsAndNothingIsLeftOpen) {
  const std::size_t descriptors = test::openDescriptors();
  const std::size_t threads = test::runningThreads();
  engine.reactors().setCount(3);
  for (int round = 0; round < 5; ++round) {
    TestEnvironment* only = &environment;
    std::unique_ptr<TestEnvironment> made;
    if (round > 0) {
      made = std::make_unique<TestEnvironment>(engine);
      only = made.get();
    }
    std::vector<std::unique_ptr<SocketClient>> clients;
    for (int n = 0; n < 20; ++n) {
      const SubscriberId id = only->open(hub, "c");
      SocketPair pair = test::connectedPair(GetParam(), n % 2 == 0 ? 4096 : 0);
      only->adopt(hub, id, std::move(pair.server));
      clients.push_back(std::make_unique<SocketClient>(std::move(pair.client)));
    }
    publish("c", std::string(std::size_t{256} * 1024, 'x'));
    only->detach();
    for (const auto& client : clients) {
      client->readToEnd();
    }
    clients.clear();
    EXPECT_EQ(test::openDescriptors(), descriptors);
    EXPECT_EQ(test::runningThreads(), threads);
    EXPECT_EQ(openConnections(), 0U);
  }
}

TEST_P(ReactorEnd, environmentsComeAndGoFromManyThreads) {
  constexpr std::size_t kThreads = 4;
  const std::size_t descriptors = test::openDescriptors();
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([this] {
      for (int round = 0; round < 25; ++round) {
        TestEnvironment mine(engine);
        const SubscriberId id = mine.open(hub, "c");
        SocketPair pair = test::connectedPair(GetParam());
        mine.adopt(hub, id, std::move(pair.server));
        SocketClient client(std::move(pair.client));
        test::sendTo(engine, hub, id, "mine");
        EXPECT_TRUE(client.readEvents(1));
        EXPECT_EQ(client.data(), std::vector<std::string>{"mine"});
        if (round % 3 == 0) {
          EXPECT_TRUE(end(id, CloseReason::closed));
          EXPECT_EQ(mine.waitForEnd(id), CloseReason::closed);
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  environment.detach();
  EXPECT_EQ(test::openDescriptors(), descriptors);
  EXPECT_EQ(openConnections(), 0U);
}

INSTANTIATE_TEST_SUITE_P(kinds, ReactorEnd, ::testing::Values(SocketKind::local, SocketKind::tcp),
                         [](const auto& tested) { return tested.param == SocketKind::local ? "local" : "tcp"; });

}  // namespace
}  // namespace millrace
