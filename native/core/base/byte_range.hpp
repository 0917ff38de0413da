#pragma once

#include <functional>
#include <string_view>

namespace millrace {

// Whether the byte at `at`, of whatever object, is one of these.
inline bool contains(std::string_view bytes, const char* at) {
  return !bytes.empty() && !std::less<>{}(at, bytes.data()) && std::less<>{}(at, bytes.data() + bytes.size());
}

}  // namespace millrace
