#pragma once

#include "core/base/instant.hpp"

#include <chrono>
#include <string>

namespace millrace {

// The time of day, for texts only: it may go back. Milliseconds since 1970, in UTC.
using UnixTime = std::chrono::sys_time<Millis>;

// As JavaScript's Date writes it: "2026-11-29T04:05:06.789Z" (ISO 8601; ECMA-262, 21.4.1.32).
[[nodiscard]] std::string isoTime(UnixTime time);

}  // namespace millrace
