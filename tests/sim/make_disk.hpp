#pragma once

#include "sim/disk.hpp"
#include "sim/schedule.hpp"

#include <cstdint>
#include <memory>

namespace millrace::sim {

[[nodiscard]] std::unique_ptr<Disk> makeDisk(DiskKind kind, std::uint64_t seed);

}  // namespace millrace::sim
