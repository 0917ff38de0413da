#include "core/wire/line_scan.hpp"

#include <gtest/gtest.h>

#include <string>

namespace millrace {
namespace {

TEST(LineScan, findsEitherEndAtEveryPlaceOfEveryLength) {
  for (std::size_t length = 0; length <= 40; ++length) {
    const std::string text(length, 'x');
    EXPECT_EQ(findLineEnd(text), std::string_view::npos) << length;
    for (std::size_t at = 0; at < length; ++at) {
      for (const char end : {'\n', '\r'}) {
        std::string line = text;
        line[at] = end;
        EXPECT_EQ(findLineEnd(line), at) << "length " << length;
        line.back() = '\n';
        EXPECT_EQ(findLineEnd(line), at) << "the first of two, length " << length;
      }
    }
  }
}

// The bit trick takes some bytes for a match that are none when a borrow crosses them.
TEST(LineScan, isNotFooledByAnyOtherByte) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    if (c == '\n' || c == '\r') {
      continue;
    }
    EXPECT_EQ(findLineEnd(std::string(33, c)), std::string_view::npos) << byte;
    EXPECT_EQ(findLineEnd(std::string(17, c) + "\r" + std::string(17, c)), 17U) << byte;
    EXPECT_EQ(findLineEnd("\n" + std::string(17, c)), 0U) << byte;
  }
}

}  // namespace
}  // namespace millrace
