#pragma once

#include "core/base/instant.hpp"

#include <cstdint>

namespace millrace {

struct BackoffOptions {
  Millis base{1000};   // the first wait is shorter than this
  Millis most{30000};  // and none is longer than this
};

// Exponential back-off with full jitter (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
class Backoff {
 public:
  explicit Backoff(BackoffOptions options = {}) : base_(options.base), most_(options.most), ownMost_(options.most) {}

  // The server's `retry` replaces the base, and the most where it is larger.
  void useServerRetry(Millis retry);

  // The wait before attempt number `attempt`, counted from 0: floor(random * min(most, base * 2^attempt)), in [0, 2^31).
  // `random` is in [0, 1).
  [[nodiscard]] Millis wait(std::uint32_t attempt, double random) const;

 private:
  Millis base_;
  Millis most_;
  Millis ownMost_;  // what the caller asked for
};

}  // namespace millrace
