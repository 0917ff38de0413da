#include "sim/shrink.hpp"

#include "sim/simulation.hpp"
#include "sim/violation.hpp"

#include <algorithm>
#include <utility>

namespace millrace::sim {

Outcome outcomeOf(const Schedule& schedule, std::ostream* trace) {
  try {
    Simulation(schedule, trace).run();
    return std::nullopt;
  } catch (const Violation& violation) {
    return Failure{violation.kind(), violation.what()};
  }
}

Schedule shrink(const Schedule& schedule, const std::string& kind, const std::function<Outcome(const Schedule&)>& run,
                std::size_t mostAttempts) {
  Schedule shortest = schedule;
  std::size_t attempts = 0;
  for (std::size_t part = std::max<std::size_t>(1, schedule.steps.size() / 2); attempts < mostAttempts;) {
    bool isShorter = false;
    for (std::size_t at = shortest.steps.size(); at > 0 && attempts < mostAttempts; ++attempts) {
      const std::size_t begin = at > part ? at - part : 0;
      Schedule attempt = shortest;
      attempt.steps.erase(attempt.steps.begin() + static_cast<std::ptrdiff_t>(begin),
                          attempt.steps.begin() + static_cast<std::ptrdiff_t>(at));
      if (const Outcome outcome = run(attempt); outcome && outcome->kind == kind) {
        shortest = std::move(attempt);
        isShorter = true;
      }
      at = begin;
    }
    if (part == 1 && !isShorter) {
      break;
    }
    part = std::max<std::size_t>(1, part / 2);
  }
  return shortest;
}

}  // namespace millrace::sim
