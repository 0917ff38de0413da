#pragma once

#include "core/base/instant.hpp"

#include <cstdint>

namespace millrace {

struct BackoffOptions {
  Millis base{1000};   // the first wait is shorter than this
  Millis most{30000};  // and none is longer than this
  // What the server asks for counts from here to there: a page is not to be made to ask without a pause, or never again.
  Millis serverLeast{500};
  Millis serverMost{3600000};
};

// Exponential back-off with full jitter (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
class Backoff {
 public:
  explicit Backoff(BackoffOptions options = {}) : options_(options), base_(options.base), most_(options.most) {}

  [[nodiscard]] const BackoffOptions& options() const { return options_; }

  // The server's `retry`, within its bounds, replaces the base, and the most where it is larger.
  void useServerRetry(Millis retry);

  // The wait before attempt number `attempt`, counted from 0: floor(random * min(most, base * 2^attempt)), in [0, 2^31).
  // `random` is in [0, 1).
  [[nodiscard]] Millis wait(std::uint32_t attempt, double random) const;

 private:
  BackoffOptions options_;
  Millis base_;
  Millis most_;
};

}  // namespace millrace
