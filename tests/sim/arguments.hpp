#pragma once

#include "sim/schedule.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace millrace::sim {

struct Arguments {
  std::uint64_t seed = 1;
  std::uint64_t steps = 100000;  // in all
  std::size_t stepsPerSeed = 3000;
  std::size_t jobs = 1;            // processes
  std::optional<DiskKind> disk{};  // none: the seed's
  std::string schedule;            // a file's name; empty: none
  std::size_t attempts = 3000;     // at shrinking what it finds; 0: it is printed as it is
  bool traces = false;             // tells what happens, of a schedule
};

// None: something in them is not understood, and was said.
[[nodiscard]] std::optional<Arguments> parseArguments(int count, char** values);

}  // namespace millrace::sim
