#pragma once

#include <fstream>
#include <sstream>
#include <string>

namespace millrace::test {

// All bytes of a file; none of one that is not there.
[[nodiscard]] inline std::string textOf(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

inline void writeText(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
}

}  // namespace millrace::test
