#pragma once

#include "core/hub/text_pieces.hpp"

#include <string>
#include <string_view>

namespace millrace::test {

inline std::string textOf(const TextPieces& pieces) {
  std::string all;
  pieces.forEach([&all](std::string_view text) { all += text; });
  return all;
}

// Of the first piece; null where there is none.
inline const char* startOf(const TextPieces& pieces) {
  const char* start = nullptr;
  pieces.forEach([&start](std::string_view text) { start = start == nullptr ? text.data() : start; });
  return start;
}

}  // namespace millrace::test
