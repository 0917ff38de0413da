#include "sim/schedule.hpp"

#include "sim/random.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

namespace millrace::sim {
namespace {

struct KindRow {
  std::string_view name;
  std::size_t weight = 0;  // of so many in all, how many steps are of it
};

constexpr std::array<KindRow, kStepKinds> kKinds = {{
    {"publish", 2700}, {"burst", 150}, {"send", 250},   {"turn", 1900},  {"read", 900},
    {"receive", 1400}, {"cut", 300},   {"notice", 150}, {"tick", 400},   {"pass", 900},
    {"jump", 35},      {"suspend", 6}, {"clock", 10},   {"store", 2000}, {"fetch", 1300},
    {"stop", 6},       {"kill", 10},   {"power", 8},    {"start", 60},   {"drain", 3},
    {"forget", 14},    {"close", 5},   {"fault", 16},   {"heal", 20},    {"flip", 0},
}};

// Rare things are rarer, or more frequent, or not there at all: each seed has a world of its own.
std::size_t weightOf(StepKind kind, std::size_t calm, bool isDamaged, bool isStormy) {
  const std::size_t weight = kKinds.at(static_cast<std::size_t>(kind)).weight;
  constexpr std::size_t kRare = 100;
  constexpr std::size_t kFlips = 8;
  constexpr std::size_t kStorm = 6;
  if (kind == StepKind::flip) {
    return isDamaged ? kFlips : 0;
  }
  if (kind == StepKind::fault && isStormy) {
    return weight * kStorm;
  }
  return weight >= kRare || kind == StepKind::start || kind == StepKind::heal ? weight : weight * calm;
}

// A multiplier of what is rare.
std::size_t chooseCalm(Random& random) {
  constexpr std::array<std::size_t, 8> kCalms = {0, 1, 1, 1, 1, 2, 2, 6};
  return kCalms.at(random.below(kCalms.size()));
}

constexpr std::string_view kTitle = "millrace-sim 1 ";

template <typename Number>
bool readNumber(std::string_view text, int base, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc() && end == text.data() + text.size();
}

bool readStep(std::string_view text, Step& step) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const auto found = std::find_if(kKinds.begin(), kKinds.end(), [&](const KindRow& row) { return row.name == name; });
  step.kind = static_cast<StepKind>(found - kKinds.begin());
  return found != kKinds.end() && colon != std::string_view::npos && readNumber(text.substr(colon + 1), 16, step.seed);
}

bool readHead(std::string_view line, Schedule& schedule) {
  constexpr std::string_view kSeed = "seed=";
  constexpr std::string_view kDisk = " disk=";
  const std::size_t disk = line.find(kDisk);
  if (!line.starts_with(kTitle) || disk == std::string_view::npos) {
    return false;
  }
  const std::string_view seed = line.substr(kTitle.size(), disk - kTitle.size());
  const std::string_view name = line.substr(disk + kDisk.size());
  schedule.disk = name == "sqlite" ? DiskKind::sqlite : DiskKind::memory;
  return seed.starts_with(kSeed) && readNumber(seed.substr(kSeed.size()), 10, schedule.seed) &&
         (name == "sqlite" || name == "memory");
}

}  // namespace

std::string_view nameOf(StepKind kind) { return kKinds.at(static_cast<std::size_t>(kind)).name; }

Schedule makeSchedule(std::uint64_t seed, std::size_t steps, std::optional<DiskKind> disk) {
  Random random(seed * 2 + 1);
  Schedule schedule;
  schedule.seed = seed;
  const bool isReal = random.chance(40);
  schedule.disk = disk.value_or(isReal ? DiskKind::sqlite : DiskKind::memory);
  const bool isDamaged = random.chance(6) && schedule.disk == DiskKind::sqlite;
  std::array<std::size_t, kStepKinds> weights{};
  std::size_t sum = 0;
  const std::size_t calm = chooseCalm(random);
  const bool isStormy = random.chance(20);  // its disk fails for a large part of the time
  for (std::size_t kind = 0; kind < kStepKinds; ++kind) {
    weights.at(kind) = weightOf(static_cast<StepKind>(kind), calm, isDamaged, isStormy);
    sum += weights.at(kind);
  }
  schedule.steps.reserve(steps);
  while (schedule.steps.size() < steps) {
    std::size_t dice = random.below(sum);
    std::size_t kind = 0;
    for (; dice >= weights.at(kind); ++kind) {
      dice -= weights.at(kind);
    }
    schedule.steps.push_back({static_cast<StepKind>(kind), static_cast<std::uint32_t>(random.next())});
  }
  return schedule;
}

std::string textOf(const Schedule& schedule) {
  std::ostringstream text;
  text << kTitle << "seed=" << schedule.seed << " disk=" << (schedule.disk == DiskKind::sqlite ? "sqlite" : "memory")
       << std::hex;
  constexpr std::size_t kPerLine = 8;
  for (std::size_t at = 0; at < schedule.steps.size(); ++at) {
    text << (at % kPerLine == 0 ? '\n' : ' ') << nameOf(schedule.steps[at].kind) << ':' << schedule.steps[at].seed;
  }
  text << '\n';
  return text.str();
}

std::optional<Schedule> parseSchedule(std::string_view text) {
  Schedule schedule;
  bool hasHead = false;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with('#')) {
      continue;
    }
    if (!hasHead) {
      hasHead = readHead(line, schedule);
      if (!hasHead) {
        return std::nullopt;
      }
      continue;
    }
    std::istringstream words(line);
    for (std::string word; words >> word;) {
      if (!readStep(word, schedule.steps.emplace_back())) {
        return std::nullopt;
      }
    }
  }
  return hasHead ? std::optional(std::move(schedule)) : std::nullopt;
}

}  // namespace millrace::sim
