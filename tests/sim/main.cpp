// Runs the simulation from the command line: many seeds, or one schedule from a file.
#include "sim/arguments.hpp"
#include "sim/campaign.hpp"
#include "sim/shrink.hpp"

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

namespace millrace::sim {
namespace {

int tell(const Failure& failure, const Schedule& schedule) {
  std::cout << "\nbroken: " << failure.kind << ": " << failure.text << "\n\n"
            << "# " << failure.kind << ": " << failure.text << '\n'
            << textOf(schedule) << "\n(" << schedule.steps.size()
            << " steps; as a file, it is run again by: npm run sim -- --schedule=FILE)\n";
  return 1;
}

int runFile(const std::string& name, std::ostream* trace) {
  std::ifstream file(name);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const std::optional<Schedule> schedule = parseSchedule(text);
  if (!schedule) {
    std::cerr << "millrace_sim: " << name << " is no schedule\n";
    return 2;
  }
  if (const Outcome outcome = outcomeOf(*schedule, trace)) {
    return tell(*outcome, *schedule);
  }
  std::cout << name << ": " << schedule->steps.size() << " steps, nothing is broken\n";
  return 0;
}

int runMany(const Arguments& arguments) {
  const CampaignResult result = runCampaign(arguments);
  const Tally& tally = result.tally;
  std::cout << tally.steps << " steps of " << result.seeds << " seeds: " << tally.delivered << " events delivered, "
            << tally.notices << " notices, " << tally.restarts << " restarts, " << tally.powerCuts
            << " of them after a power cut\n";
  if (!result.finding) {
    return 0;
  }
  const Finding& finding = *result.finding;
  std::cout << "seed " << finding.schedule.seed << " broke something after " << finding.stepsUntil
            << " steps in all: " << finding.failure.kind << ": " << finding.failure.text << '\n';
  if (arguments.attempts == 0) {
    return tell(finding.failure, finding.schedule);
  }
  const Schedule shortest = shrink(finding.schedule, finding.failure.kind, isolatedOutcomeOf, arguments.attempts);
  return tell(isolatedOutcomeOf(shortest).value_or(finding.failure), shortest);
}

}  // namespace
}  // namespace millrace::sim

int main(int count, char** values) {
  const auto arguments = millrace::sim::parseArguments(count, values);
  if (!arguments) {
    return 2;
  }
  return arguments->schedule.empty()
             ? millrace::sim::runMany(*arguments)
             : millrace::sim::runFile(arguments->schedule, arguments->traces ? &std::cout : nullptr);
}
