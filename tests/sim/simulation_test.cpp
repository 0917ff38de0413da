// The simulation itself: that it runs, that it is the same twice, that it shrinks, and that nothing it once found comes back.
#include "sim/simulation.hpp"
#include "core/support/rounds.hpp"
#include "sim/shrink.hpp"
#include "sim/violation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace millrace::sim {
namespace {

constexpr std::size_t kSteps = 3000;

Tally run(const Schedule& schedule) {
  Simulation simulation(schedule);
  simulation.run();
  return simulation.tally();
}

class OfDisk : public ::testing::TestWithParam<DiskKind> {};

TEST_P(OfDisk, nothingThatWasPromisedIsBroken) {
  Tally all;
  const std::size_t seeds = test::roundsOf(60);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    try {
      all += run(makeSchedule(seed, kSteps, GetParam()));
    } catch (const Violation& violation) {
      FAIL() << "npm run sim -- --seed=" << seed << ": " << violation.kind() << ": " << violation.what();
    }
  }
  EXPECT_EQ(all.steps, seeds * kSteps);
  EXPECT_GT(all.delivered, seeds * 100) << "the schedules do what they should";
  EXPECT_GT(all.notices, seeds);
  EXPECT_GT(all.restarts, 0U);
}

TEST_P(OfDisk, oneSeedIsTheSameTwice) {
  for (std::uint64_t seed = 100; seed < 104; ++seed) {
    const Schedule schedule = makeSchedule(seed, kSteps / 2, GetParam());
    const Tally first = run(schedule);
    const Tally second = run(schedule);
    EXPECT_EQ(first.digest, second.digest) << seed;
    EXPECT_EQ(first.delivered, second.delivered);
    EXPECT_NE(first.digest, run(makeSchedule(seed + 1, kSteps / 2, GetParam())).digest);
  }
}

INSTANTIATE_TEST_SUITE_P(Simulation, OfDisk, ::testing::Values(DiskKind::memory, DiskKind::sqlite));

TEST(SimulationSeeds, whatWasFoundOnceDoesNotComeBack) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(MILLRACE_SIM_SEEDS)) {
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const std::optional<Schedule> schedule = parseSchedule(text);
    ASSERT_TRUE(schedule) << entry.path();
    const Outcome outcome = outcomeOf(*schedule);
    EXPECT_FALSE(outcome) << entry.path() << ": " << outcome->kind << ": " << outcome->text;
    ++files;
  }
  EXPECT_GT(files, 0U);
}

TEST(SimulationSchedule, isTheSameBehindItsText) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Schedule schedule = makeSchedule(seed, 100);
    EXPECT_EQ(parseSchedule(textOf(schedule)), schedule);
    EXPECT_EQ(parseSchedule("# what it is for\n\n" + textOf(schedule)), schedule);
  }
}

TEST(SimulationSchedule, isRefusedWhereItIsNoSchedule) {
  for (const char* text : {"", "publish:1", "millrace-sim 1 seed=x disk=memory\n", "millrace-sim 1 seed=1 disk=tape\n",
                           "millrace-sim 1 seed=1 disk=memory\nfly:1\n", "millrace-sim 1 seed=1 disk=memory\npublish\n",
                           "millrace-sim 1 seed=1 disk=memory\npublish:1g\n"}) {
    EXPECT_EQ(parseSchedule(text), std::nullopt) << text;
  }
}

TEST(SimulationSchedule, withoutSomeStepsHasTheOthersAsTheyWere) {
  Schedule schedule = makeSchedule(7, 400, DiskKind::memory);
  std::erase_if(schedule.steps, [](const Step& step) { return step.seed % 3 == 0; });
  const Outcome outcome = outcomeOf(schedule);
  EXPECT_FALSE(outcome) << outcome->kind << ": " << outcome->text;
}

// Broken where a kill comes behind a publish, with two bursts before it.
Outcome artificial(const Schedule& schedule) {
  std::size_t bursts = 0;
  bool hasPublished = false;
  for (const Step& step : schedule.steps) {
    bursts += step.kind == StepKind::burst ? 1 : 0;
    hasPublished = hasPublished || (bursts >= 2 && step.kind == StepKind::publish);
    if (hasPublished && step.kind == StepKind::kill) {
      return Failure{"artificial", "as it was made"};
    }
  }
  return schedule.steps.size() % 7 == 3 ? Outcome(Failure{"another", "not this one"}) : std::nullopt;
}

TEST(SimulationShrink, leavesTheStepsThatMatter) {
  std::size_t shrunk = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Schedule schedule = makeSchedule(seed, 2000);
    if (const Outcome outcome = artificial(schedule); !outcome || outcome->kind != "artificial") {
      continue;
    }
    const Schedule shortest = shrink(schedule, "artificial", artificial);
    std::vector<StepKind> kinds;
    for (const Step& step : shortest.steps) {
      kinds.push_back(step.kind);
    }
    const std::vector<StepKind> expected{StepKind::burst, StepKind::burst, StepKind::publish, StepKind::kill};
    EXPECT_EQ(kinds, expected);
    ++shrunk;
  }
  EXPECT_GT(shrunk, 0U);
}

TEST(SimulationShrink, endsAfterSoManyAttempts) {
  const Schedule schedule = makeSchedule(1, 2000);
  std::size_t attempts = 0;
  const auto never = [&](const Schedule&) {
    ++attempts;
    return Outcome();
  };
  EXPECT_EQ(shrink(schedule, "any", never, 100), schedule);
  EXPECT_LE(attempts, 100U);
}

}  // namespace
}  // namespace millrace::sim
