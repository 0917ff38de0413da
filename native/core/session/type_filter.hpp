#pragma once

#include "core/base/byte_buffer.hpp"

#include <string_view>

namespace millrace {

// The event types that are wanted; all, unless some are named. A page names few, so they are searched one by one.
class TypeFilter {
 public:
  TypeFilter() = default;

  // Only these types, each with a LF behind it, which no type can hold; none of them: no event at all.
  [[nodiscard]] static TypeFilter only(std::string_view lines);

  // From now on only types that were added, in the form that only() takes. The lines may be cut anywhere between two calls.
  void add(std::string_view lines) {
    isAll_ = false;
    lines_.append(lines);
  }

  [[nodiscard]] bool passes(std::string_view type) const;

 private:
  bool isAll_ = true;
  ByteBuffer lines_;
};

}  // namespace millrace
