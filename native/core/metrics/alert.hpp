#pragma once

#include "core/base/instant.hpp"

#include <cstdint>

namespace millrace {

// When a value is alarming. It has to be above `above` for so long before the alert is raised, and then not above `below` (which
// is less) for as long before it is resolved: so a value that swings around the threshold tells of itself once.
struct AlertRule {
  double above = 0;
  double below = 0;
  Millis lasting{0};

  bool operator==(const AlertRule&) const = default;
};

enum class AlertChange : std::uint8_t { none, raised, resolved };

// The state of one alert.
class Alert {
 public:
  // The value at this time. It is taken to have been the same since the call before.
  [[nodiscard]] AlertChange update(double value, const AlertRule& rule, Instant now);
  [[nodiscard]] bool isRaised() const { return isRaised_; }

 private:
  bool isRaised_ = false;
  Instant turning_ = kNever;  // since when the value has been on the other side; kNever: it is not
};

}  // namespace millrace
