#include "core/base/json_string.hpp"

namespace millrace {
namespace {

// What stands behind the backslash of a short escape; none for other characters.
char shortEscapeOf(char character) {
  switch (character) {
    case '"':
    case '\\':
      return character;
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return '\0';
  }
}

}  // namespace

void appendJsonString(std::string_view text, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out.push_back('"');
  for (const char character : text) {
    const auto code = static_cast<unsigned char>(character);
    if (const char escape = shortEscapeOf(character); escape != '\0') {
      out.push_back('\\');
      out.push_back(escape);
    } else if (code < 0x20U) {
      out.append("\\u00");
      out.push_back(kDigits[code >> 4U]);
      out.push_back(kDigits[code & 15U]);
    } else {
      out.push_back(character);
    }
  }
  out.push_back('"');
}

}  // namespace millrace
