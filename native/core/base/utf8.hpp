#pragma once

#include <cstddef>
#include <string_view>

namespace millrace {

// The bytes at the beginning that are ASCII.
[[nodiscard]] std::size_t asciiPrefix(std::string_view bytes);

// By the Unicode Standard's table 3-7 (well-formed UTF-8): no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool isUtf8(std::string_view bytes);

}  // namespace millrace
