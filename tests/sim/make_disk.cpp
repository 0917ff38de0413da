#include "sim/make_disk.hpp"

#include "sim/memory_disk.hpp"
#include "sim/sqlite_disk.hpp"

namespace millrace::sim {

std::unique_ptr<Disk> makeDisk(DiskKind kind, std::uint64_t seed) {
  if (kind == DiskKind::sqlite) {
    return std::make_unique<SqliteDisk>(seed);
  }
  return std::make_unique<MemoryDisk>();
}

}  // namespace millrace::sim
