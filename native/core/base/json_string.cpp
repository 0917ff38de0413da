#include "core/base/json_string.hpp"

namespace millrace {
void appendJsonString(std::string_view text, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out.push_back('"');
  for (const char character : text) {
    const auto code = static_cast<unsigned char>(character);
    if (code < 0x20U) {
      out.append("\\u00");
      out.push_back(kDigits[code >> 4U]);
      out.push_back(kDigits[code & 15U]);
      continue;
    }
    if (character == '"' || character == '\\') {
      out.push_back('\\');
    }
    out.push_back(character);
  }
  out.push_back('"');
}

}  // namespace millrace
