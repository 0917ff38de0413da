#pragma once

#include <cstdint>

namespace millrace {

// What became of reading a row. `damaged`: it is not what was written, or the file is no sound database at its place.
// `failed`: it could not be read, and may be another time.
enum class RowOutcome : std::uint8_t { found, absent, damaged, failed };

}  // namespace millrace
