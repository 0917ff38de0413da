#include "core/hub/class_metrics.hpp"

namespace millrace {

void RefusalCounts::add(std::string_view code, std::uint64_t times) {
  const auto known = counts_.find(code);
  if (known != counts_.end()) {
    known->second += times;
  } else {
    counts_[counts_.size() < kMostCodes ? std::string(code) : "OTHER"] += times;
  }
}

void ClassMetrics::add(const ClassMetrics& other) {
  using Counter = std::uint64_t ClassMetrics::*;
  constexpr Counter kCounters[] = {
      &ClassMetrics::published, &ClassMetrics::publishedBytes, &ClassMetrics::delivered,  &ClassMetrics::deliveredBytes,
      &ClassMetrics::held,      &ClassMetrics::merged,         &ClassMetrics::evicted,    &ClassMetrics::expired,
      &ClassMetrics::opened,    &ClassMetrics::resumed,        &ClassMetrics::heartbeats, &ClassMetrics::errorRecords};
  for (const Counter counter : kCounters) {
    this->*counter += other.*counter;
  }
  for (std::size_t at = 0; at < ended.size(); ++at) {
    ended[at] += other.ended[at];
  }
  for (std::size_t at = 0; at < verdicts.size(); ++at) {
    verdicts[at] += other.verdicts[at];
  }
  for (const auto refusals :
       {&ClassMetrics::refusedStreams, &ClassMetrics::refusedEvents, &ClassMetrics::refusedRequests}) {
    for (const auto& [code, times] : (other.*refusals).counts()) {
      (this->*refusals).add(code, times);
    }
  }
  for (const auto histogram :
       {&ClassMetrics::latency, &ClassMetrics::eventBytes, &ClassMetrics::lag, &ClassMetrics::duration}) {
    (this->*histogram).add(other.*histogram);
  }
}

}  // namespace millrace
