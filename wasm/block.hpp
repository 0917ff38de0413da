#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace {

// Memory that grows and is filled from its beginning again and again: what a vector of bytes does, in a tenth of its code.
// It lives as long as the module.
class Block {
 public:
  // Room for so many bytes behind what is there. May move everything.
  char* room(std::size_t bytes) {
    if (size_ + bytes > capacity_) {
      grow(size_ + bytes);
    }
    return begin_ + size_;
  }

  // The room was filled.
  void take(std::size_t bytes) { size_ += bytes; }
  void clear() { size_ = 0; }

  [[nodiscard]] char* data() const { return begin_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  [[gnu::noinline]] void grow(std::size_t bytes);

  // JavaScript reads the first two.
  char* begin_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

// Where a text or a table stands for JavaScript.
[[nodiscard]] inline std::uint32_t addressOf(const void* place) {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(place));
}

}  // namespace millrace
