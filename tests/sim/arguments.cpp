#include "sim/arguments.hpp"

#include <algorithm>
#include <charconv>
#include <iostream>
#include <string_view>
#include <thread>

namespace millrace::sim {
namespace {

constexpr std::string_view kUsage =
    "millrace_sim [--seed=N] [--steps=N] [--runs=N] [--jobs=N] [--disk=memory|sqlite] [--schedule=FILE [--trace]] "
    "[--attempts=N]\n"
    "  --seed      the first seed (1)\n"
    "  --steps     steps in all (100000)\n"
    "  --runs      seeds among which they are divided (one for each 3000 steps)\n"
    "  --jobs      processes (as many as there are processors)\n"
    "  --disk      the store (chosen by each seed)\n"
    "  --schedule  runs this file once, and nothing else\n"
    "  --trace     with --schedule: tells what happens\n"
    "  --attempts  at shrinking what is found (3000); 0: it is printed as it is\n";

template <typename Number>
bool read(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool readDisk(std::string_view text, std::optional<DiskKind>& disk) {
  disk = text == "sqlite" ? DiskKind::sqlite : DiskKind::memory;
  return text == "sqlite" || text == "memory";
}

bool readOne(std::string_view argument, Arguments& arguments, std::size_t& runs) {
  const std::size_t equals = std::min(argument.find('='), argument.size());
  const std::string_view name = argument.substr(0, equals);
  const std::string_view value = argument.substr(std::min(equals + 1, argument.size()));
  if (name == "--seed") {
    return read(value, arguments.seed);
  }
  if (name == "--steps") {
    return read(value, arguments.steps);
  }
  if (name == "--runs") {
    return read(value, runs) && runs > 0;
  }
  if (name == "--jobs") {
    return read(value, arguments.jobs) && arguments.jobs > 0;
  }
  if (name == "--disk") {
    return readDisk(value, arguments.disk);
  }
  if (name == "--schedule") {
    arguments.schedule = value;
    return !value.empty();
  }
  if (name == "--trace") {
    arguments.traces = true;
    return true;
  }
  return name == "--attempts" && read(value, arguments.attempts);
}

}  // namespace

std::optional<Arguments> parseArguments(int count, char** values) {
  Arguments arguments;
  arguments.jobs = std::max(1U, std::thread::hardware_concurrency());
  std::size_t runs = 0;
  for (int at = 1; at < count; ++at) {
    if (!readOne(values[at], arguments, runs)) {
      std::cerr << "millrace_sim: " << values[at] << " is not understood\n" << kUsage;
      return std::nullopt;
    }
  }
  if (runs > 0) {
    arguments.stepsPerSeed = std::max<std::size_t>(1, arguments.steps / runs);
  }
  return arguments;
}

}  // namespace millrace::sim
