// Clients that come and go in every way there is, while events are published and sent to them: nobody is ever given what is
// another's, and nothing is left over.
#include "io/churn_client.hpp"

#include "core/support/rounds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <thread>

namespace millrace {
namespace {

using test::Churn;
using test::ChurnClient;
using test::TestEnvironment;

constexpr std::size_t kClientThreads = 4;
constexpr std::size_t kClientsOfAThread = 100;
constexpr std::size_t kConnectionsOfAThread = test::roundsOf(500);
constexpr std::size_t kStepsOfAnEvent = 50;  // so that neither clients nor publishers run away from the others

// Makes so many connections, at most one a client at a time.
void runClients(Churn& churn, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::deque<ChurnClient> clients;  // which cannot be moved
  for (std::size_t n = 0; n < kClientsOfAThread; ++n) {
    clients.emplace_back(churn, random);
  }
  std::size_t left = kConnectionsOfAThread;
  std::size_t connected = 0;
  while ((left > 0 || connected > kClientsOfAThread / 2) && !::testing::Test::HasFatalFailure()) {
    connected = 0;
    for (std::size_t now = churn.published; (now + 10) * kStepsOfAnEvent < churn.steps; now = churn.published) {
      churn.published.wait(now);
    }
    for (ChurnClient& client : clients) {
      if (!client.isConnected() && left > 0) {
        client.connect();
        --left;
      }
      if (client.isConnected()) {
        client.step();
        ++connected;
      }
      ++churn.steps;
      churn.steps.notify_all();
    }
  }
}

// Every event names whom it is for. So many a step of the clients.
void publish(Churn& churn, std::uint32_t seed, std::size_t firstChannel, const std::atomic<bool>& isOver) {
  std::mt19937 random(seed);
  std::array<std::size_t, Churn::kChannels> numbers{};
  while (!isOver) {
    const std::size_t channel = firstChannel + 2 * (random() % 2);
    const std::string filling = " " + std::string(random() % 1500, 'x') + ".";
    test::publishTo(churn.engine, churn.hub, Churn::kKeys.at(channel),
                    std::string(Churn::kKeys.at(channel)) + " " + std::to_string(++numbers.at(channel)) + filling);
    for (int times = 0; times < 8; ++times) {
      const SubscriberId id = [&] {
        const std::lock_guard lock(churn.mutex);
        const std::size_t count = churn.connections.size();
        const std::size_t recent = std::min<std::size_t>(count, kClientThreads * kClientsOfAThread);
        return recent == 0 ? 0 : churn.connections[count - 1 - random() % recent];
      }();
      test::sendTo(churn.engine, churn.hub, id, "private " + std::to_string(id) + filling);
    }
    ++churn.published;
    churn.published.notify_all();
    for (std::size_t now = churn.steps; now < churn.published * kStepsOfAnEvent && !isOver; now = churn.steps) {
      churn.steps.wait(now);
    }
  }
}

class ChurnTest : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(ChurnTest, everyoneGetsItsOwnInOrderAndNothingIsLeftOver) {
  const std::size_t descriptors = test::openDescriptors();
  Engine engine;
  engine.reactors().setCount(2);
  {
    TestEnvironment environment(engine);
    Churn churn{engine, environment, engine.hub("hub")};
    HubOptions options;
    options.history.events = 150;
    options.lagGrace = Millis{3};
    options.flushFor = Millis{20};
    engine.with(churn.hub, [&](Hub& hub, Instant) { hub.configure(options); });

    std::atomic<bool> isOver = false;
    std::vector<std::thread> publishers;
    std::vector<std::thread> clients;
    for (std::uint32_t n = 0; n < 2; ++n) {
      publishers.emplace_back([&, n] { publish(churn, GetParam() + 100 + n, n, isOver); });
    }
    for (std::uint32_t n = 0; n < kClientThreads; ++n) {
      clients.emplace_back([&, n] { runClients(churn, GetParam() + n); });
    }
    for (std::thread& thread : clients) {
      thread.join();
    }
    isOver = true;
    ++churn.steps;
    churn.steps.notify_all();
    for (std::thread& thread : publishers) {
      thread.join();
    }
    EXPECT_EQ(churn.connections.size(), kClientThreads * kConnectionsOfAThread);
    for (const SubscriberId id : churn.connections) {
      EXPECT_TRUE(environment.waitForEnd(id));
    }
    EXPECT_EQ(engine.with(churn.hub, [](Hub& hub, Instant) { return hub.census().stats().connections; }), 0U);
    EXPECT_GT(churn.received, 10000U) << "the clients do what they should";
    EXPECT_GT(churn.privates, 500U);
    EXPECT_GT(churn.resumed, test::roundsOf(100));
    EXPECT_GT(churn.gaps, 5U);
    RecordProperty("received", std::to_string(churn.received));
    RecordProperty("privates", std::to_string(churn.privates));
    RecordProperty("resumed", std::to_string(churn.resumed));
    RecordProperty("gaps", std::to_string(churn.gaps));
  }
  EXPECT_EQ(test::openDescriptors(), descriptors);
}

INSTANTIATE_TEST_SUITE_P(seeds, ChurnTest, ::testing::Values(1U, 2U));

}  // namespace
}  // namespace millrace
