#pragma once

#include <cstddef>
#include <string_view>

namespace millrace {

// Places in a JSON text (RFC 8259), without a parse. In a text that is no JSON they are some places of it.

// Whether the byte there has an odd number of backslashes before it.
[[nodiscard]] bool isEscaped(std::string_view json, std::size_t at);
// The closing quotation mark of the string that begins behind `at`; the text's end when there is none.
[[nodiscard]] std::size_t stringEnd(std::string_view json, std::size_t at);
// Behind the value that begins at `at`, where no space is. Objects and arrays are not looked into: the time is linear.
[[nodiscard]] std::size_t valueEnd(std::string_view json, std::size_t at);
[[nodiscard]] std::size_t skipSpace(std::string_view json, std::size_t at);
// Whether the byte there is within a string. Reads everything before it.
[[nodiscard]] bool isInString(std::string_view json, std::size_t at);

}  // namespace millrace
