#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

namespace millrace {

// Bytes that grow, and are filled again and again: what a string does, in a tenth of the code that a page loads for one.
class ByteBuffer {
 public:
  ByteBuffer() = default;
  ByteBuffer(const ByteBuffer& other) { append(other.view()); }
  ByteBuffer(ByteBuffer&& other) noexcept { swap(other); }
  ByteBuffer& operator=(const ByteBuffer& other) { return *this = ByteBuffer(other); }
  ByteBuffer& operator=(ByteBuffer&& other) noexcept {
    swap(other);
    return *this;
  }
  ~ByteBuffer() { release(); }

  // Room for so many bytes behind what is there. May move everything.
  [[nodiscard, gnu::always_inline]] char* room(std::size_t bytes) {
    if (bytes > capacity_ - size_) {
      grow(bytes);
    }
    return begin_ + size_;
  }
  // Room for so many bytes in all, at once.
  void reserve(std::size_t bytes) {
    if (bytes > capacity_) {
      grow(bytes - size_);
    }
  }
  // So many bytes of the room were filled.
  void take(std::size_t bytes) { size_ += bytes; }

  [[gnu::noinline]] void append(std::string_view text);  // may lie in the room already
  void clear() { size_ = 0; }                            // and keeps its memory
  [[gnu::noinline]] void release();                      // gives its memory back

  [[nodiscard]] char* data() const { return begin_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::string_view view() const { return {begin_, size_}; }

 private:
  [[gnu::noinline]] void grow(std::size_t bytes);
  void swap(ByteBuffer& other) noexcept {
    std::swap(begin_, other.begin_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  // The JavaScript of wasm/ reads the first two.
  char* begin_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace millrace
