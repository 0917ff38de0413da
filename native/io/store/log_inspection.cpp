#include "io/store/log_inspection.hpp"

#include "io/store/big_endian.hpp"
#include "io/store/vfs_file.hpp"

#include <cstdint>
#include <string_view>

namespace millrace {
namespace {

constexpr std::size_t kHeaderBytes = 32;
constexpr std::size_t kFrameHeaderBytes = 24;
constexpr std::uint32_t kMagic = 0x377F0682;  // the lowest bit says that checksums are of big-endian numbers
constexpr std::uint32_t kLeastPage = 512;
constexpr std::uint32_t kMostPage = 65536;

std::uint32_t littleEndian(std::string_view bytes, std::size_t at) { return __builtin_bswap32(bigEndian(bytes, at)); }

// Of all that was added, in pairs of numbers.
class LogChecksum {
 public:
  explicit LogChecksum(bool isBigEndian) : isBigEndian_(isBigEndian) {}

  void add(std::string_view bytes) {
    constexpr std::size_t kPair = 8;
    for (std::size_t at = 0; at + kPair <= bytes.size(); at += kPair) {
      first_ += number(bytes, at) + second_;
      second_ += number(bytes, at + 4) + first_;
    }
  }
  [[nodiscard]] bool is(std::string_view bytes, std::size_t at) const {
    return bigEndian(bytes, at) == first_ && bigEndian(bytes, at + 4) == second_;
  }

 private:
  [[nodiscard]] std::uint32_t number(std::string_view bytes, std::size_t at) const {
    return isBigEndian_ ? bigEndian(bytes, at) : littleEndian(bytes, at);
  }

  bool isBigEndian_;
  std::uint32_t first_ = 0;
  std::uint32_t second_ = 0;
};

}  // namespace

bool hasDamagedFrames(const std::string& log, const std::string& vfs) {
  VfsFile file(vfs);
  if (!file.exists(log) || !file.open(log) || file.size() <= kHeaderBytes) {
    return false;
  }
  std::string header;
  if (!file.read(0, kHeaderBytes, header)) {
    return true;
  }
  LogChecksum checksum((bigEndian(header, 0) & 1U) != 0);
  checksum.add(std::string_view(header).substr(0, 24));
  const std::uint32_t page = bigEndian(header, 8);
  if ((bigEndian(header, 0) & ~1U) != kMagic || !checksum.is(header, 24) || page < kLeastPage || page > kMostPage) {
    return true;
  }
  // Frames of an earlier log of the same file have other salts, both; those of an earlier commit that failed may have these.
  bool isSound = true;
  std::string frame;
  for (std::uint64_t at = kHeaderBytes; at + kFrameHeaderBytes + page <= file.size(); at += frame.size()) {
    if (!file.read(at, kFrameHeaderBytes + page, frame)) {
      return true;
    }
    const std::string_view bytes(frame);
    checksum.add(bytes.substr(0, 8));
    checksum.add(bytes.substr(kFrameHeaderBytes));
    const bool isFirst = bigEndian(frame, 8) == bigEndian(header, 16);
    const bool isSecond = bigEndian(frame, 12) == bigEndian(header, 20);
    isSound = isSound && isFirst && isSecond && checksum.is(frame, 16);
    if (!isSound && (isFirst || isSecond)) {
      return true;
    }
  }
  return false;
}

}  // namespace millrace
