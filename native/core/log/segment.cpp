#include "core/log/segment.hpp"

namespace millrace {

std::string_view Segment::append(std::string_view bytes) {
  char* const start = bytes_.get() + size_;
  bytes.copy(start, bytes.size());
  size_ += bytes.size();
  return {start, bytes.size()};
}

}  // namespace millrace
