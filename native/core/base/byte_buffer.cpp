#include "core/base/byte_buffer.hpp"

#include <algorithm>
#include <cstring>

namespace millrace {

void ByteBuffer::append(std::string_view text) {
  if (!text.empty()) {
    char* const place = room(text.size());
    if (place != text.data()) {
      std::memcpy(place, text.data(), text.size());
    }
    take(text.size());
  }
}

void ByteBuffer::release() {
  delete[] begin_;
  begin_ = nullptr;
  size_ = 0;
  capacity_ = 0;
}

void ByteBuffer::grow(std::size_t bytes) {
  constexpr std::size_t kLeast = 64;
  const std::size_t capacity = std::max({size_ + bytes, capacity_ * 2, kLeast});
  char* const grown = new char[capacity];
  if (size_ > 0) {
    std::memcpy(grown, begin_, size_);
  }
  delete[] begin_;
  begin_ = grown;
  capacity_ = capacity;
}

}  // namespace millrace
