#include "core/support/text.hpp"

#include <cctype>
#include <charconv>

namespace millrace::test {

// The decoder of WHATWG Encoding 8.1.1, byte by byte, with its variables' names.
std::string replaceInvalidUtf8(std::string_view bytes) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string text;
  unsigned lower = 0x80;
  unsigned upper = 0xBF;
  std::size_t needed = 0;
  std::string seen;
  const auto restart = [&] {
    lower = 0x80;
    upper = 0xBF;
    needed = 0;
    seen.clear();
  };
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const unsigned byte = static_cast<unsigned char>(bytes[at]);
    if (needed > 0) {
      if (byte < lower || byte > upper) {
        text.append(kReplacement);
        restart();
        --at;  // the byte is looked at again, as a first one
        continue;
      }
      lower = 0x80;
      upper = 0xBF;
      seen.push_back(bytes[at]);
      if (seen.size() == needed) {
        text.append(seen);
        restart();
      }
      continue;
    }
    if (byte < 0x80) {
      text.push_back(bytes[at]);
    } else if (byte < 0xC2 || byte > 0xF4) {
      text.append(kReplacement);
    } else {
      needed = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
      lower = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
      upper = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
      seen.push_back(bytes[at]);
    }
  }
  return text.append(needed > 0 ? kReplacement : "");
}

std::string fromHex(std::string_view hex) {
  std::string bytes;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
    unsigned value = 0;
    std::from_chars(hex.data() + at, hex.data() + at + 2, value, 16);
    bytes.push_back(static_cast<char>(value));
  }
  return bytes;
}

std::string testName(std::size_t number, std::string_view text) {
  std::string name = std::to_string(number) + "_";
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      name.push_back(c);
    } else if (name.back() != '_') {
      name.push_back('_');
    }
  }
  return name;
}

}  // namespace millrace::test
