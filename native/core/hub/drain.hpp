#pragma once

#include "core/base/instant.hpp"
#include "core/hub/deadlines.hpp"
#include "core/hub/hub_options.hpp"
#include "core/hub/registry.hpp"
#include "core/hub/scheduler.hpp"

#include <cstdint>
#include <optional>

namespace millrace {

// The shutdown of a hub: no subscriber comes any more, and those that are there end in waves, each with a time of its own to
// come back.
class Drain {
 public:
  // All outlive it.
  Drain(Registry& registry, Scheduler& scheduler, Deadlines& deadlines)
      : registry_(registry), scheduler_(scheduler), deadlines_(deadlines) {}

  // Only the first counts.
  void begin(const DrainOptions& options, Instant now);
  [[nodiscard]] bool hasBegun() const { return options_.has_value(); }
  // In milliseconds, when a client is to come back that comes while the hub drains.
  [[nodiscard]] std::uint32_t nextRetry();

 private:
  Registry& registry_;
  Scheduler& scheduler_;
  Deadlines& deadlines_;
  std::optional<DrainOptions> options_;
  std::uint64_t retries_ = 0;  // that nextRetry() gave
};

}  // namespace millrace
