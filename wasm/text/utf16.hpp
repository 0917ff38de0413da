#pragma once

#include <cstddef>
#include <string_view>

namespace millrace {

// Writes UTF-8 as UTF-16 and gives the number of units, 0 where it is no well-formed UTF-8 (the Unicode Standard's table
// 3-7) or nothing. `out` has room for a unit a byte.
[[nodiscard]] std::size_t toUtf16(std::string_view utf8, char16_t* out);

// The number of units alone, of what is well-formed.
[[nodiscard]] std::size_t utf16Units(std::string_view utf8);

}  // namespace millrace
