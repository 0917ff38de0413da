#pragma once

#include "sim/schedule.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <ostream>
#include <string>

namespace millrace::sim {

// What came of a schedule: the kind of what it broke, and a sentence. None: it broke nothing.
struct Failure {
  std::string kind;
  std::string text;
};
using Outcome = std::optional<Failure>;

// Runs it in this process. `trace`: see World.
[[nodiscard]] Outcome outcomeOf(const Schedule& schedule, std::ostream* trace = nullptr);

// A shorter schedule that breaks a promise of the same kind: of which no single step can be left out, or that was found in so many attempts.
// (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002.)
[[nodiscard]] Schedule shrink(const Schedule& schedule, const std::string& kind,
                              const std::function<Outcome(const Schedule&)>& run, std::size_t mostAttempts = 3000);

}  // namespace millrace::sim
