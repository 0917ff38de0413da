#pragma once

#include <cstdint>
#include <string>

namespace bench {

// CLOCK_MONOTONIC in nanoseconds: the clock of Node's process.hrtime.bigint().
[[nodiscard]] std::int64_t nowNs();

// What this process has used of the processor, user and system.
[[nodiscard]] std::int64_t cpuNs();

[[nodiscard]] std::int64_t residentBytes();

// As many open files as the hard limit allows.
void raiseFileLimit();

// Ends the program with what the operating system says.
[[noreturn]] void fail(const std::string& what);

}  // namespace bench
