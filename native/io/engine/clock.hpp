#pragma once

#include "core/base/instant.hpp"
#include "core/base/unix_time.hpp"

namespace millrace {

// The time of this process, for the core, which has no clock.
[[nodiscard]] Instant steadyNow();
[[nodiscard]] UnixTime unixNow();

}  // namespace millrace
