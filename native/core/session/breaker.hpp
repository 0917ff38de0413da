#pragma once

#include "core/base/instant.hpp"

#include <algorithm>
#include <cstdint>

namespace millrace {

struct BreakerOptions {
  std::uint32_t failures = 5;  // in a row that open it; 0: never
  Millis coolDown{30000};      // nothing is tried for so long
};

// A circuit breaker (Nygard, "Release It!", 2007): after so many failures in a row it is open, and nothing is tried until the
// cool-down is over. Then one attempt is: it closes the breaker, or opens it for another cool-down.
class Breaker {
 public:
  explicit Breaker(BreakerOptions options) : options_(options) {}

  void failed(Instant now) {
    ++failures_;
    if (isOpen()) {
      until_ = now + options_.coolDown;
    }
  }
  void succeeded() { failures_ = 0; }

  [[nodiscard]] bool isOpen() const { return options_.failures > 0 && failures_ >= options_.failures; }
  // How long nothing may be tried yet.
  [[nodiscard]] Millis remaining(Instant now) const { return isOpen() ? std::max(Millis{0}, until_ - now) : Millis{0}; }

 private:
  BreakerOptions options_;
  std::uint32_t failures_ = 0;  // in a row
  Instant until_;               // while it is open
};

}  // namespace millrace
