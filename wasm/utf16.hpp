#pragma once

#include <cstddef>
#include <string_view>

namespace millrace {

// Writes well-formed UTF-8 as UTF-16, at most one unit a byte; returns the number of units.
[[nodiscard]] std::size_t toUtf16(std::string_view utf8, char16_t* out);

}  // namespace millrace
