#include "block.hpp"

#include <algorithm>
#include <cstring>

namespace millrace {

void Block::grow(std::size_t bytes) {
  constexpr std::size_t kLeast = 4096;
  const std::size_t capacity = std::max({bytes, capacity_ * 2, kLeast});
  char* const grown = new char[capacity];
  if (size_ > 0) {
    std::memcpy(grown, begin_, size_);
  }
  delete[] begin_;
  begin_ = grown;
  capacity_ = capacity;
}

}  // namespace millrace
