#include "io/engine/clock.hpp"

#include <chrono>

namespace millrace {

Instant steadyNow() {
  return Instant(std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch()));
}

UnixTime unixNow() { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }

}  // namespace millrace
