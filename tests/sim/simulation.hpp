#pragma once

#include "sim/client.hpp"
#include "sim/schedule.hpp"
#include "sim/server.hpp"
#include "sim/traffic.hpp"
#include "sim/world.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <ostream>
#include <vector>

namespace millrace::sim {

// What a simulation has seen.
struct Tally {
  std::uint64_t steps = 0;
  std::uint64_t delivered = 0;
  std::uint64_t notices = 0;
  std::uint64_t restarts = 0;
  std::uint64_t powerCuts = 0;
  std::uint64_t digest = 0;  // of everything that was seen outside

  Tally& operator+=(const Tally& other);
};

// A server and its clients, under a schedule: what everybody is promised, whatever happens.
class Simulation {
 public:
  // `trace`: see World.
  explicit Simulation(const Schedule& schedule, std::ostream* trace = nullptr);

  // All steps, and then everybody comes to rest. Throws a Violation, once.
  void run();
  [[nodiscard]] Tally tally() const;

 private:
  void take(const Step& step);
  void takeOfServer(StepKind kind, Random& random);
  void restart(Death death, Random& random);
  void flipBit(Random& random);
  void pass(Millis time, Random& random);
  void turn(OwnerId owner, Random& random);
  void closing(SubscriberId id, CloseReason reason, Random& random);
  void comeToRest();
  [[nodiscard]] bool isAtRest();
  void takeAll(Random& random);
  [[nodiscard]] Client& anyClient(Random& random) { return *clients_[random.below(clients_.size())]; }
  [[nodiscard]] Client* clientOf(SubscriberId id);

  const Schedule schedule_;
  World world_;
  Server server_;
  std::vector<std::unique_ptr<Client>> clients_;
  bool isResting_ = false;
  Tally tally_;
};

}  // namespace millrace::sim
