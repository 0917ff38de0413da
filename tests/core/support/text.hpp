#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace millrace::test {

// As a decoder shows the bytes: each maximal subpart of an ill-formed sequence becomes U+FFFD (WHATWG Encoding 8.1.1).
std::string replaceInvalidUtf8(std::string_view bytes);

// The bytes of lower-case hexadecimal text.
std::string fromHex(std::string_view hex);

// "12_a_line_at_the_limit": what GoogleTest accepts as a name, unique by the number.
std::string testName(std::size_t number, std::string_view text);

}  // namespace millrace::test
