#pragma once

#include "core/base/byte_buffer.hpp"

#include <string_view>

namespace millrace {

// The event types that are wanted: all, unless it is told which. The few that one page wants are found by going through
// them.
class TypeFilter {
 public:
  TypeFilter() = default;

  // Only these types, each with a LF behind it, which no type can hold; none of them: no event at all.
  [[nodiscard]] static TypeFilter only(std::string_view lines);

  [[nodiscard]] bool passes(std::string_view type) const;

 private:
  bool isAll_ = true;
  ByteBuffer lines_;
};

}  // namespace millrace
