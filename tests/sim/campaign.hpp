#pragma once

#include "sim/arguments.hpp"
#include "sim/shrink.hpp"
#include "sim/simulation.hpp"

#include <cstdint>
#include <optional>

namespace millrace::sim {

// What was found first.
struct Finding {
  Schedule schedule;
  Failure failure;
  std::uint64_t stepsUntil = 0;  // how many were taken before, in all
};

struct CampaignResult {
  Tally tally;
  std::uint64_t seeds = 0;
  std::optional<Finding> finding{};
};

// Runs many seeds, each in one of several processes, until something is broken. What crashes or hangs is broken, too.
[[nodiscard]] CampaignResult runCampaign(const Arguments& arguments);

// Runs a schedule in a process of its own, so that it may crash.
[[nodiscard]] Outcome isolatedOutcomeOf(const Schedule& schedule);

}  // namespace millrace::sim
