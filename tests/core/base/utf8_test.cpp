#include "core/base/utf8.hpp"

#include "fuzz/naive_parser.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace millrace {
namespace {

using namespace std::string_literals;

struct TextCase {
  const char* what;
  std::string bytes;
  bool isUtf8;
};

// The ends of each row of the Unicode Standard's table 3-7, and what lies right beyond them.
const TextCase kCases[] = {
    {"nothing", "", true},
    {"ASCII with NUL and DEL", "a\0\x7F"s, true},
    {"U+0080", "\xC2\x80", true},
    {"U+07FF", "\xDF\xBF", true},
    {"U+0800", "\xE0\xA0\x80", true},
    {"U+D7FF", "\xED\x9F\xBF", true},
    {"U+E000", "\xEE\x80\x80", true},
    {"U+FFFF", "\xEF\xBF\xBF", true},
    {"U+10000", "\xF0\x90\x80\x80", true},
    {"U+10FFFF", "\xF4\x8F\xBF\xBF", true},
    {"U+FFFD itself", "\xEF\xBF\xBD", true},
    {"a continuation alone", "\x80", false},
    {"overlong NUL", "\xC0\x80", false},
    {"overlong U+007F", "\xC1\xBF", false},
    {"overlong U+07FF", "\xE0\x9F\xBF", false},
    {"overlong U+FFFF", "\xF0\x8F\xBF\xBF", false},
    {"the first surrogate", "\xED\xA0\x80", false},
    {"the last surrogate", "\xED\xBF\xBF", false},
    {"U+110000", "\xF4\x90\x80\x80", false},
    {"lead F5", "\xF5\x80\x80\x80", false},
    {"FF", "\xFF", false},
    {"two bytes, one missing", "\xC3", false},
    {"three bytes, one missing", "\xE2\x82", false},
    {"four bytes, one missing", "\xF0\x9F\x98", false},
    {"a lead before ASCII", "\xE2\x82x", false},
    {"bad behind a long ASCII run", std::string(40, 'x') + "\xFF", false},
    {"good behind a long ASCII run", std::string(39, 'x') + "\xC3\xA4", true},
};

TEST(Utf8, tellsWellFormedFromIllFormed) {
  for (const TextCase& each : kCases) {
    EXPECT_EQ(isUtf8(each.bytes), each.isUtf8) << each.what;
  }
}

TEST(Utf8, agreesWithANaiveDecoderOnRandomBytes) {
  std::mt19937 random(1);
  const std::string likely = "ax\x7F\x80\x8F\x90\x9F\xA0\xBF\xC0\xC2\xDF\xE0\xE1\xED\xEE\xEF\xF0\xF1\xF4\xF5\xFF";
  for (int round = 0; round < 200000; ++round) {
    std::string bytes(random() % 12, 'x');
    for (std::size_t count = random() % 5; count > 0; --count) {
      bytes.insert(random() % (bytes.size() + 1), 1, likely[random() % likely.size()]);
    }
    ASSERT_EQ(isUtf8(bytes), test::isUtf8(bytes)) << ::testing::PrintToString(bytes);
  }
}

}  // namespace
}  // namespace millrace
