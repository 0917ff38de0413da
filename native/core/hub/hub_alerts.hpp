#pragma once

#include "core/base/instant.hpp"
#include "core/metrics/alert.hpp"
#include "core/metrics/histogram_window.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace millrace {

class Hub;

enum class AlertName : std::uint8_t {
  connections,   // the share of HubOptions::connections that is open, 0 to 1
  latency,       // within the last minute 99 of 100 deliveries took at most so many milliseconds
  failures,      // refused streams and those whose client was too slow or never came, a second, over the last minute
  errorRecords,  // records of errors, a second, over the last minute
  lag,           // within the last minute 99 of 100 connections that were behind lacked at most so many events
  memory,        // the share of the memory that the process may have, 0 to 1; the caller knows it
  store,         // 1: the store could not write what it was given last
};
constexpr std::size_t kAlerts = static_cast<std::size_t>(AlertName::store) + 1;  // store is the last

[[nodiscard]] std::string_view alertName(AlertName name);

using AlertRules = std::array<std::optional<AlertRule>, kAlerts>;

struct AlertReport {
  AlertName name = AlertName::connections;
  AlertChange change = AlertChange::none;
  double value = 0;
};

// Says when something about a hub becomes alarming, and when it is well again. It must be asked now and then.
class HubAlerts {
 public:
  // None: there is no such alert, and one that is raised is resolved at the next check.
  void configure(const AlertRules& rules) { rules_ = rules; }
  // What has changed since the last call.
  [[nodiscard]] std::vector<AlertReport> check(Hub& hub, double memoryShare, Instant now);

 private:
  using Values = std::array<double, kAlerts>;

  [[nodiscard]] Values valuesOf(Hub& hub, double memoryShare, Instant now);

  AlertRules rules_{};
  std::array<Alert, kAlerts> alerts_{};
  HistogramWindow latency_;
  HistogramWindow lag_;
};

}  // namespace millrace
