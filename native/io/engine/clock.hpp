#pragma once

#include "core/base/instant.hpp"

namespace millrace {

// The time of this process, for the core, which has no clock.
[[nodiscard]] Instant steadyNow();

}  // namespace millrace
