#pragma once

#include "core/base/instant.hpp"
#include "core/base/unix_time.hpp"
#include "core/base/wall_clock.hpp"
#include "sim/ledger.hpp"
#include "sim/random.hpp"
#include "sim/settings.hpp"

#include <cstdint>
#include <ostream>

namespace millrace::sim {

// The clocks of a simulation: one that only goes forward, and the time of day, which somebody may set.
class Clock {
 public:
  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] WallClock wall() const { return {now_, timeOfDay_}; }
  void pass(Millis time) {
    now_ += time;
    timeOfDay_ += time;
  }
  void set(Millis by) { timeOfDay_ += by; }

 private:
  Instant now_{Millis(1000)};
  UnixTime timeOfDay_{Millis(1'700'000'000'000)};
};

// What all parts of a simulation share.
struct World {
  // `trace`: what happens is told there; null: nowhere.
  World(std::uint64_t seed, std::ostream* traceOut) : settings(makeSettings(seed)), ledger(settings), trace(traceOut) {}

  template <typename Say>
  void tell(Say&& say) {
    if (trace != nullptr) {
      say(*trace);
      *trace << '\n';
    }
  }

  const Settings settings;
  Clock clock;
  Ledger ledger;
  Digest digest;
  std::uint64_t lastEpoch = 100;  // of every life's own, which none had before
  std::uint64_t lastConnection = 0;
  std::uint64_t events = 0;  // that were published, accepted or not
  std::ostream* const trace;
};

}  // namespace millrace::sim
