#pragma once

#include <cstdint>
#include <string_view>

namespace millrace {

enum class TextKind : std::uint8_t { ascii, utf8, invalid };

// Says what the bytes are, by the Unicode Standard's table 3-7 (well-formed UTF-8): no overlong forms, no surrogates,
// nothing above U+10FFFF.
[[nodiscard]] TextKind classifyText(std::string_view bytes);

}  // namespace millrace
