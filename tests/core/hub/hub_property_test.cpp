// A hub and a dozen clients on one fake clock, in random schedules: what every client is promised, whatever happens.
#include "core/hub/property_client.hpp"
#include "core/hub/property_world.hpp"
#include "core/support/rounds.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace millrace {
namespace {

using test::Client;
using test::Habits;
using test::kChannels;
using test::Random;
using test::World;

class Schedule {
 public:
  explicit Schedule(std::uint32_t seed) : random_(seed), world_(random_) {
    constexpr std::size_t kClients = 12;
    for (std::size_t count = 0; count < kClients; ++count) {
      clients_.push_back(std::make_unique<Client>(world_, random_, habits()));
    }
  }

  void run(std::size_t steps) {
    for (std::size_t count = 0; count < steps && !::testing::Test::HasFatalFailure(); ++count) {
      step();
      if (random_.chance(30)) {
        world_.storeSome();
      }
    }
    world_.storeAll();
    comeToRest();
  }

  // Everybody takes everything, until nothing is left; then the promises are looked at.
  void comeToRest() {
    world_.rest();
    for (int round = 0; round < 40; ++round) {
      world_.pass(Millis(5000));
      for (const auto& client : clients_) {
        client->tick();
      }
      takeAll();
      do {
        world_.storeAll();
        takeAll();  // what has come from the store
      } while (!world_.hub().durable().reads().isEmpty());
    }
    for (const auto& client : clients_) {
      client->checkNothingIsMissing();
    }
    world_.checkStore();
    world_.pass(Millis(61000));  // whoever was ending has had its time, read or not
    checkBounds();
  }

  void takeAll() {
    turnAll();
    for (const auto& client : clients_) {
      do {
        client->read();
        while (client->hasBytesOnTheWay()) {
          client->receive();
        }
      } while (client->isReadable());
    }
  }

  [[nodiscard]] std::size_t delivered() const { return total(&Client::delivered); }
  [[nodiscard]] std::size_t notices() const { return total(&Client::notices); }

 private:
  Habits habits() {
    Habits habits;
    habits.owner = static_cast<OwnerId>(1 + random_.below(2));
    habits.overflow = random_.chance(30) ? Overflow::dropOldest : Overflow::disconnect;
    for (std::size_t channel = 0; channel < kChannels; ++channel) {
      if (random_.chance(60)) {
        habits.channels.push_back(channel);
      }
    }
    if (habits.channels.empty()) {
      habits.channels = {0};
    }
    if (random_.chance(25)) {
      habits.types = {"tick", "message"};
    }
    if (random_.chance(25)) {
      habits.labels = {"red"};
    }
    habits.joinsLate = random_.chance(20);
    habits.rewinds = random_.chance(30);
    habits.takesParts = random_.chance(50);
    return habits;
  }

  Client& anyClient() { return *clients_[random_.below(clients_.size())]; }

  void step() {
    const std::size_t dice = random_.below(1000);
    if (dice < 300) {
      world_.publish();
    } else if (dice < 320) {
      for (std::size_t burst = random_.below(100); burst > 0; --burst) {
        world_.publish();
      }
    } else if (dice < 350) {
      // What is sent to a client before it joins moves its id past events it never got: a limit of the contract.
      if (const Client& client = anyClient(); client.hasJoined()) {
        world_.sendTo(client.connection());
      }
    } else if (dice < 550) {
      turn(static_cast<OwnerId>(1 + random_.below(2)));
    } else if (dice < 650) {
      anyClient().read();
    } else if (dice < 800) {
      anyClient().receive();
    } else if (dice < 840) {
      anyClient().cut();
    } else if (dice < 940) {
      world_.pass(Millis(random_.below(500)));
      anyClient().tick();
    } else if (dice < 995) {
      anyClient().tick();
    } else if (dice < 999) {
      world_.pass(Millis(random_.below(150000)));
    } else {
      restart();
    }
  }

  // An owner looks only when it was woken. Some of its clients stall: they read later, or never.
  void turn(OwnerId owner) {
    for (const OwnerId woken : world_.hub().turns().takeWakes()) {
      woken_.insert(woken);
    }
    if (woken_.erase(owner) == 0) {
      return;
    }
    const Turn turn = world_.beginTurn(owner);
    for (const SubscriberId id : turn.readable) {
      if (Client* const client = clientOf(id)) {
        client->becomesReadable();
        if (random_.chance(70)) {
          client->read();
        }
      }
    }
    for (const auto& [id, reason] : turn.closing) {
      if (Client* const client = clientOf(id)) {
        const bool takesRest = reason != CloseReason::lagging && (world_.isAtRest() || random_.chance(50));
        takesRest ? client->end() : client->cut();
      }
    }
    world_.turns().settle(owner, world_.now());
  }

  void turnAll() {
    for (int round = 0; round < 3; ++round) {
      turn(1);
      turn(2);
    }
  }

  void restart() {
    for (const auto& client : clients_) {
      client->cut();
    }
    woken_.clear();
    world_.restart();
  }

  Client* clientOf(SubscriberId id) {
    for (const auto& client : clients_) {
      if (client->connection() == id) {
        return client.get();
      }
    }
    return nullptr;
  }

  // A reader from the beginning of the epoch sees all that the histories hold.
  void checkBounds() {
    for (std::size_t channel = 0; channel < kChannels; ++channel) {
      if (world_.durability(channel) != Durability::memory) {
        continue;  // the store has more
      }
      const std::string first = formatEventId({world_.epoch(), 0});
      OpenOptions options;
      options.lastEventId = first;
      const SubscriberId id = world_.newConnectionId();
      ASSERT_EQ(world_.hub().open(id, 3, options, world_.now()), OpenOutcome::opened);
      ASSERT_EQ(world_.hub().join(id, test::kKeys[channel], {}, world_.now()), JoinOutcome::joined);
      std::string bytes = world_.readAll(id);
      Receiver receiver;
      std::size_t items = 0;
      receiver.begin(bytes);
      while (receiver.next() != nullptr) {
        ++items;
      }
      const std::size_t events = items - 2;  // but for the beginning and the verdict
      EXPECT_LE(events, world_.options().history.events);
      world_.hub().close(id, world_.now());
    }
    EXPECT_LE(world_.hub().census().stats().connections, clients_.size());
  }

  [[nodiscard]] std::size_t total(std::size_t (Client::*count)() const) const {
    std::size_t sum = 0;
    for (const auto& client : clients_) {
      sum += (*client.*count)();
    }
    return sum;
  }

  Random random_;
  World world_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::set<OwnerId> woken_;
};

class HubProperty : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(HubProperty, everyEventOnceInOrderAndNoneLostInSilence) {
  constexpr auto kSeeds = static_cast<std::uint32_t>(test::roundsOf(10));
  constexpr std::size_t kSteps = 3000;
  std::size_t delivered = 0;
  std::size_t notices = 0;
  for (std::uint32_t seed = GetParam() * kSeeds; seed < (GetParam() + 1) * kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Schedule schedule(seed);
    schedule.run(kSteps);
    if (HasFailure()) {
      return;
    }
    delivered += schedule.delivered();
    notices += schedule.notices();
  }
  EXPECT_GT(delivered, test::roundsOf(10000)) << "the schedules do what they should";
  EXPECT_GT(notices, test::roundsOf(100));
}

INSTANTIATE_TEST_SUITE_P(seeds, HubProperty, ::testing::Range(0U, 20U));

}  // namespace
}  // namespace millrace
