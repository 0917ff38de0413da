#pragma once

#include <cstdint>
#include <string_view>

namespace millrace {

// The CRC-32 (zlib's) of a row's contents. SQLite checks what lies in its write-ahead log, but not what lies in the file itself.
class RowChecksum {
 public:
  RowChecksum& add(std::uint64_t number);
  // With their length, so that bytes cannot pass from one column to the next.
  RowChecksum& add(std::string_view bytes);

  [[nodiscard]] std::uint64_t value() const { return crc32_; }

 private:
  std::uint32_t crc32_ = 0;
};

}  // namespace millrace
