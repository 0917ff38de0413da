#include "io/store/row_checksum.hpp"

#include <zlib.h>

#include <array>
#include <bit>

namespace millrace {

RowChecksum& RowChecksum::add(std::uint64_t number) {
  std::array<Bytef, sizeof(number)> bytes{};  // little-endian
  for (Bytef& byte : bytes) {
    byte = static_cast<Bytef>(number & 0xFFU);
    number >>= 8U;
  }
  crc32_ = static_cast<std::uint32_t>(::crc32_z(crc32_, bytes.data(), bytes.size()));
  return *this;
}

RowChecksum& RowChecksum::add(std::string_view bytes) {
  add(std::uint64_t{bytes.size()});
  if (!bytes.empty()) {
    crc32_ = static_cast<std::uint32_t>(::crc32_z(crc32_, std::bit_cast<const Bytef*>(bytes.data()), bytes.size()));
  }
  return *this;
}

}  // namespace millrace
