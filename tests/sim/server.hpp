#pragma once

#include "core/hub/hub.hpp"
#include "core/hub/test_turns.hpp"
#include "sim/disk.hpp"
#include "sim/store_checks.hpp"
#include "sim/store_worker.hpp"
#include "sim/world.hpp"

#include <cstdint>
#include <memory>
#include <set>

namespace millrace::sim {

// One instance of the server: a hub, its store, and the disk that stays when it dies.
class Server {
 public:
  // The world outlives it. It is down.
  Server(World& world, std::unique_ptr<Disk> disk) : world_(world), disk_(std::move(disk)) {}

  [[nodiscard]] bool isUp() const { return hub_ != nullptr; }
  [[nodiscard]] Disk& disk() { return *disk_; }
  // These only of one that is up.
  [[nodiscard]] Hub& hub() { return *hub_; }
  [[nodiscard]] test::TestTurns& turns() { return *turns_; }
  // Null: it has no store.
  [[nodiscard]] StoreWorker* store() { return worker_.get(); }

  // Does nothing where it is up. It stays down where its store cannot be opened, for the disk fails.
  void start(Random& random);
  // Its connections must be gone. These do nothing where it is down.
  void stop(Random& random);
  void die(Death death, Random& random);
  // It is to end by then.
  void drain(Random& random);
  [[nodiscard]] bool isToStop() const { return stopsAt_ <= world_.clock.now(); }
  [[nodiscard]] bool isDraining() const { return stopsAt_ != kNever; }

  // The owner has something to do: it was woken since it was asked last.
  [[nodiscard]] bool takeWake(OwnerId owner);
  // Everything that the owner is to do in this turn; it then settles.
  [[nodiscard]] Turn beginTurn(OwnerId owner, Random& random);
  // Behind everything that happened in it: what the process notes, and the bounds of what it holds.
  void afterStep();
  void checkStore();

 private:
  [[nodiscard]] bool startWithStore();
  void dieWhileStarting(Random& random);
  void end();

  World& world_;
  std::unique_ptr<Disk> disk_;
  std::unique_ptr<Hub> hub_;
  std::unique_ptr<test::TestTurns> turns_;
  LogStore* store_ = nullptr;
  std::unique_ptr<StoreWorker> worker_;
  std::set<OwnerId> woken_;
  Death death_ = Death::none;
  Instant stopsAt_ = kNever;
};

}  // namespace millrace::sim
