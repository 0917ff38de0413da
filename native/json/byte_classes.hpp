#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace {

// Which bytes of a block are of which class: a bit for each byte, the first one's lowest.
struct ByteClasses {
  static constexpr std::size_t kBlock = 64;

  std::uint64_t word = 0;  // A-Z, a-z, 0-9, _ and -
  std::uint64_t digit = 0;
  std::uint64_t colon = 0;
  std::uint64_t other = 0;  // -, = and @
};

// Of the 64 bytes from there on. Reads sixteen at a time where the processor can.
[[nodiscard]] ByteClasses classesOf(const char* block);

// Where so many bytes of one class come in a row: finds each such run once, over any number of blocks.
template <std::size_t Length>
class RunFinder {
 public:
  static_assert((Length & (Length - 1)) == 0, "a power of two");

  // The classes of the next block. Gives a bit for each byte with which a run has become so long.
  [[nodiscard]] std::uint64_t next(std::uint64_t bits) {
    std::uint64_t run = bits;
    std::size_t level = 0;
    for (std::size_t length = 1; length < Length; length *= 2) {
      const std::uint64_t before = before_[level];
      before_[level++] = run;
      run &= run << length | before >> (ByteClasses::kBlock - length);
    }
    const std::uint64_t before = before_[level];
    before_[level] = run;
    return run & ~(run << 1U | before >> (ByteClasses::kBlock - 1));
  }

 private:
  std::uint64_t before_[8] = {};  // of the block before, for each doubling
};

}  // namespace millrace
