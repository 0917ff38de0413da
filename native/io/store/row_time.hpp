#pragma once

#include "core/base/unix_time.hpp"

#include <cstdint>

namespace millrace {

// A time as rows have it: milliseconds since 1970.
[[nodiscard]] inline std::int64_t toRowTime(UnixTime time) { return time.time_since_epoch().count(); }
[[nodiscard]] inline UnixTime fromRowTime(std::int64_t millis) { return UnixTime(Millis{millis}); }

}  // namespace millrace
