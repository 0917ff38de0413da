#include "sim/campaign.hpp"

#include "sim/violation.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <iostream>
#include <map>
#include <string>
#include <vector>

namespace millrace::sim {
namespace {

// A simulation that takes so many seconds hangs.
constexpr unsigned kMostSeconds = 120;

// What a worker tells for each seed; of a violation, its kind and text are in the schedule that is run again.
struct Report {
  std::uint64_t seed = 0;
  Tally tally;
  bool isBroken = false;
};

void runSeeds(const Arguments& arguments, std::uint64_t first, std::uint64_t last, std::uint64_t by, int output) {
  for (std::uint64_t seed = first; seed < last; seed += by) {
    Report report;
    report.seed = seed;
    // It tells first what it begins with, for it may crash.
    static_cast<void>(::write(output, &report, sizeof report));
    ::alarm(kMostSeconds);
    Simulation simulation(makeSchedule(seed, arguments.stepsPerSeed, arguments.disk));
    try {
      simulation.run();
    } catch (const Violation&) {
      report.isBroken = true;
    }
    report.tally = simulation.tally();
    static_cast<void>(::write(output, &report, sizeof report));
    if (report.isBroken) {
      break;
    }
  }
}

bool readReport(int input, Report& report) {
  ssize_t size = 0;
  do {
    size = ::read(input, &report, sizeof report);
  } while (size < 0 && errno == EINTR);
  return size == ssize_t{sizeof report};
}

std::string howItEnded(int status) {
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    return signal == SIGALRM ? "hang" : "crash";
  }
  return WEXITSTATUS(status) == 0 ? "" : "crash";
}

}  // namespace

Outcome isolatedOutcomeOf(const Schedule& schedule) {
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) {
    return outcomeOf(schedule);
  }
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(kMostSeconds);
    if (const Outcome outcome = outcomeOf(schedule)) {
      const std::string text = outcome->kind + '\n' + outcome->text;
      static_cast<void>(::write(pipe[1], text.data(), text.size()));
    }
    ::_exit(0);
  }
  ::close(pipe[1]);
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t size = 1; size > 0;) {
    size = ::read(pipe[0], buffer.data(), buffer.size());
    text.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  }
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (const std::string how = howItEnded(status); !how.empty()) {
    const bool isHang = how == "hang";
    return Failure{how, isHang ? "it does not come to an end" : "its status is " + std::to_string(status)};
  }
  const std::size_t line = text.find('\n');
  return line == std::string::npos ? Outcome() : Failure{text.substr(0, line), text.substr(line + 1)};
}

CampaignResult runCampaign(const Arguments& arguments) {
  CampaignResult result;
  const std::uint64_t seeds = std::max<std::uint64_t>(1, arguments.steps / arguments.stepsPerSeed);
  const std::uint64_t last = arguments.seed + seeds;
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) {
    return result;
  }
  std::map<pid_t, int> workers;
  std::cout.flush();
  for (std::size_t job = 0; job < std::min<std::uint64_t>(arguments.jobs, seeds); ++job) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(pipe[0]);
      runSeeds(arguments, arguments.seed + job, last, arguments.jobs, pipe[1]);
      ::_exit(0);
    }
    workers.emplace(child, 0);
  }
  ::close(pipe[1]);
  std::map<std::uint64_t, bool> begun;  // seeds, and whether they have ended well
  std::uint64_t told = 0;
  for (Report report; readReport(pipe[0], report);) {
    begun[report.seed] = report.tally.steps > 0 && !report.isBroken;
    result.tally += report.tally;
    result.seeds += report.tally.steps > 0 ? 1 : 0;
    if (report.isBroken) {
      break;
    }
    constexpr std::uint64_t kTellEvery = 250000;
    if (result.tally.steps / kTellEvery > told) {
      told = result.tally.steps / kTellEvery;
      std::cout << result.tally.steps << " steps, " << result.tally.delivered << " events delivered\n" << std::flush;
    }
  }
  ::close(pipe[0]);
  for (const auto& [worker, ignored] : workers) {
    ::kill(worker, SIGKILL);
    ::waitpid(worker, nullptr, 0);
  }
  // The one that broke, or those that a worker had begun and not ended when it crashed.
  for (const auto& [seed, isWell] : begun) {
    if (isWell || result.finding) {
      continue;
    }
    Schedule schedule = makeSchedule(seed, arguments.stepsPerSeed, arguments.disk);
    if (const Outcome outcome = isolatedOutcomeOf(schedule)) {
      result.finding = Finding{std::move(schedule), *outcome, result.tally.steps};
    }
  }
  return result;
}

}  // namespace millrace::sim
