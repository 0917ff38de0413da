#pragma once

#include <cstddef>
#include <string_view>

namespace millrace {

// What stands in the place of a secret.
inline constexpr std::string_view kReplacement = "[REDACTED]";

// A part of a text that is secret.
struct SecretSpan {
  std::size_t from = 0;
  std::size_t to = 0;
  bool isValue = false;  // a whole value of a JSON text: what replaces it needs quotation marks
};

}  // namespace millrace
