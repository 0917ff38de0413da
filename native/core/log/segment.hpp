#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace millrace {

// A block of bytes that is only appended to, so views into it stay valid as long as it lives.
class Segment {
 public:
  explicit Segment(std::size_t capacity) : bytes_(new char[capacity]), capacity_(capacity) {}

  [[nodiscard]] bool fits(std::size_t size) const { return size <= capacity_ - size_; }

  // Copies the bytes in; they must fit. Returns where they lie.
  std::string_view append(std::string_view bytes);

  // All that was appended.
  [[nodiscard]] std::string_view bytes() const { return {bytes_.get(), size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

  // Forgets its contents and keeps its memory; nothing may point into it any more.
  void clear() { size_ = 0; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_;
  std::size_t size_ = 0;
};

}  // namespace millrace
