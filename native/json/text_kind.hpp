#pragma once

#include <cstdint>

namespace millrace {

enum class TextKind : std::uint8_t {
  json,   // valid JSON, as JSON.stringify writes it
  plain,  // any text
};

}  // namespace millrace
