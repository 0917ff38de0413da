#include "core/hub/hub_alerts.hpp"

#include "core/hub/hub.hpp"

#include <limits>

namespace millrace {
namespace {

constexpr double kShare = 0.99;
// Nothing is above it, and everything below: whatever is raised is resolved by it.
constexpr AlertRule kNoRule{std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity(), {}};

std::vector<std::uint64_t> sumOf(const std::vector<PolicyMetrics>& policies, const Histogram ClassMetrics::*member) {
  std::vector<std::uint64_t> sum((policies.front().counts.*member).counts().size());
  for (const PolicyMetrics& policy : policies) {
    const std::vector<std::uint64_t>& counts = (policy.counts.*member).counts();
    for (std::size_t place = 0; place < sum.size(); ++place) {
      sum[place] += counts[place];
    }
  }
  return sum;
}

double rateOf(const std::vector<PolicyMetrics>& policies, const RateMeter ClassMetrics::*member, Instant now) {
  double sum = 0;
  for (const PolicyMetrics& policy : policies) {
    sum += (policy.counts.*member).perSecond(now);
  }
  return sum;
}

}  // namespace

std::string_view alertName(AlertName name) {
  switch (name) {
    case AlertName::connections:
      return "connections";
    case AlertName::latency:
      return "latency";
    case AlertName::failures:
      return "failures";
    case AlertName::errorRecords:
      return "errorRecords";
    case AlertName::lag:
      return "lag";
    case AlertName::memory:
      return "memory";
    case AlertName::store:
      return "store";
  }
  return "unknown";
}

std::vector<AlertReport> HubAlerts::check(Hub& hub, double memoryShare, Instant now) {
  const Values values = valuesOf(hub, memoryShare, now);
  std::vector<AlertReport> reports;
  for (std::size_t at = 0; at < kAlerts; ++at) {
    const AlertChange change = alerts_[at].update(values[at], rules_[at].value_or(kNoRule), now);
    if (change != AlertChange::none) {
      reports.push_back({static_cast<AlertName>(at), change, values[at]});
    }
  }
  return reports;
}

HubAlerts::Values HubAlerts::valuesOf(Hub& hub, double memoryShare, Instant now) {
  const std::vector<PolicyMetrics> policies = hub.metrics().policies();  // never empty: the rest is one
  Values values{};
  const auto set = [&values](AlertName name, double value) { values[static_cast<std::size_t>(name)] = value; };
  const auto most = static_cast<double>(hub.options().connections);
  const auto open = static_cast<double>(hub.census().stats().connections);
  set(AlertName::connections, most > 0 ? open / most : 0);
  set(AlertName::latency,
      quantile(kLatencyBounds, latency_.look(sumOf(policies, &ClassMetrics::latency), now), kShare));
  set(AlertName::failures, rateOf(policies, &ClassMetrics::failureRate, now));
  set(AlertName::errorRecords, rateOf(policies, &ClassMetrics::errorRecordRate, now));
  set(AlertName::lag, quantile(kLagBounds, lag_.look(sumOf(policies, &ClassMetrics::lag), now), kShare));
  set(AlertName::memory, memoryShare);
  set(AlertName::store, hub.durable().isFailing() ? 1 : 0);
  return values;
}

}  // namespace millrace
