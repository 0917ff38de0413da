// Connections on real sockets: who gets what. reactor_end_test.cpp has how they end, reactor_lag_test.cpp who is too slow.
#include "io/reactor/reactor.hpp"

#include "io/reactor_fixture.hpp"

#include <sys/socket.h>

#include <array>
#include <memory>
#include <thread>

namespace millrace {
namespace {

using test::SocketClient;
using test::SocketKind;

class ReactorSockets : public test::ReactorTest, public ::testing::WithParamInterface<SocketKind> {};

TEST_P(ReactorSockets, giveEveryEventOnceAndInOrder) {
  constexpr std::size_t kEvents = 2000;
  const auto connected = connect(GetParam(), "c");
  std::thread publisher([this] {
    for (std::size_t n = 0; n < kEvents; ++n) {
      publish("c", std::to_string(n));
    }
  });
  EXPECT_TRUE(connected->readEvents(kEvents));
  publisher.join();
  EXPECT_TRUE(connected->body().starts_with("event: millrace.begin\n"));
  EXPECT_EQ(connected->data(), numbers(0, kEvents));
}

TEST_P(ReactorSockets, giveWhatThereWasBeforeTheyWereAdopted) {
  publish("c", "0");
  const SubscriberId id = environment.open(hub, "c", resuming(publish("c", "1").id));
  publish("c", "2");
  sendTo(id, "3");
  const auto client = adopt(GetParam(), id);
  EXPECT_TRUE(client->readEvents(3));
  publish("c", "4");
  EXPECT_TRUE(client->readEvents(4));
  EXPECT_EQ(client->data(), (std::vector<std::string>{R"({"verdict":"continued"})", "2", "3", "4"}));
}

TEST_P(ReactorSockets, giveEventsLargerThanTheirBuffers) {
  const auto client = connect(GetParam(), "c", 4096);
  const std::string large(std::size_t{3} * 1024 * 1024, 'x');
  publish("c", large);
  publish("c", "small");
  EXPECT_TRUE(client->readEvents(2));
  EXPECT_TRUE(client->data() == (std::vector<std::string>{large, "small"}));
}

TEST_P(ReactorSockets, giveTheConnectionsOfSeveralHubsTheirOwn) {
  const std::size_t other = engine.hub("other");
  const SubscriberId id = environment.open(other, "c");
  test::SocketPair pair = test::connectedPair(GetParam());
  environment.adopt(other, id, std::move(pair.server));
  SocketClient theirs(std::move(pair.client));
  const auto ours = connect(GetParam(), "c");
  test::publishTo(engine, other, "c", "theirs");
  publish("c", "ours");
  EXPECT_TRUE(theirs.readEvents(1));
  EXPECT_TRUE(ours->readEvents(1));
  EXPECT_EQ(theirs.data(), std::vector<std::string>{"theirs"});
  EXPECT_EQ(ours->data(), std::vector<std::string>{"ours"});
}

TEST_P(ReactorSockets, partitionTheConnectionsOverSeveralReactors) {
  constexpr std::size_t kClients = 12;
  constexpr std::size_t kEvents = 1000;
  engine.reactors().setCount(3);
  const std::size_t threads = test::runningThreads();
  std::vector<std::unique_ptr<SocketClient>> clients;
  for (std::size_t n = 0; n < kClients; ++n) {
    clients.push_back(connect(GetParam(), "c"));
  }
  EXPECT_EQ(test::runningThreads(), threads + 3);
  std::vector<std::thread> threadsOfOurs;
  threadsOfOurs.emplace_back([this] {
    for (std::size_t n = 0; n < kEvents; ++n) {
      publish("c", std::to_string(n));
    }
  });
  for (const auto& client : clients) {
    threadsOfOurs.emplace_back([&client] { EXPECT_TRUE(client->readEvents(kEvents)); });
  }
  for (std::thread& thread : threadsOfOurs) {
    thread.join();
  }
  for (const auto& client : clients) {
    EXPECT_EQ(client->data(), numbers(0, kEvents));
  }
}

// Node keeps the descriptor that was duplicated, reads the next request from it, and ends the body.
TEST_P(ReactorSockets, thatAreNotHandedOverAreNeitherReadNorEnded) {
  const SubscriberId id = environment.open(hub, "c");
  test::SocketPair pair = test::connectedPair(GetParam());
  environment.adopt(hub, id, test::duplicate(pair.server), false);
  SocketClient client(std::move(pair.client));
  client.send("GET / HTTP/1.1\r\n");
  for (int n = 0; n < 10; ++n) {
    publish("c", std::to_string(n));
    EXPECT_TRUE(client.readEvents(static_cast<std::size_t>(n) + 1));
  }
  std::array<char, 100> request{};
  EXPECT_EQ(::recv(pair.server.number(), request.data(), request.size(), MSG_DONTWAIT), 16);

  publish("c", "10");
  EXPECT_TRUE(end(id, CloseReason::closed));
  EXPECT_EQ(environment.waitForEnd(id), CloseReason::closed);
  EXPECT_TRUE(client.readEvents(11));
  EXPECT_FALSE(client.isOver());
  EXPECT_EQ(::send(pair.server.number(), "0\r\n\r\n", 5, MSG_NOSIGNAL), 5);
  EXPECT_TRUE(client.readUntil([&] { return client.isOver(); }));
  EXPECT_FALSE(client.isClosed()) << "the connection goes on";
}

TEST_P(ReactorSockets, beatWhileNoEnvironmentLooks) {
  OpenOptions options;
  options.subscriber.heartbeat.every = Millis{5};
  const auto silent = connect(GetParam(), "", 0, options);
  options.subscriber.heartbeat.type = "beat";
  const auto typed = connect(GetParam(), "", 0, options);
  EXPECT_TRUE(typed->readEvents(5));
  EXPECT_EQ(typed->events().front().type, "beat");
  EXPECT_TRUE(silent->readUntil([&] { return count(silent->body(), ": heartbeat\n\n") >= 5; }));
}

INSTANTIATE_TEST_SUITE_P(kinds, ReactorSockets, ::testing::Values(SocketKind::local, SocketKind::tcp),
                         [](const auto& tested) { return tested.param == SocketKind::local ? "local" : "tcp"; });

}  // namespace
}  // namespace millrace
