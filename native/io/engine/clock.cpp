#include "io/engine/clock.hpp"

#include <chrono>

namespace millrace {

Instant steadyNow() {
  return Instant(std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch()));
}

}  // namespace millrace
