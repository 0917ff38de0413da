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
  TextKind kind;
};

// The ends of each row of the Unicode Standard's table 3-7, and what lies right beyond them.
const TextCase kCases[] = {
    {"nothing", "", TextKind::ascii},
    {"ASCII with NUL and DEL", "a\0\x7F"s, TextKind::ascii},
    {"U+0080", "\xC2\x80", TextKind::utf8},
    {"U+07FF", "\xDF\xBF", TextKind::utf8},
    {"U+0800", "\xE0\xA0\x80", TextKind::utf8},
    {"U+D7FF", "\xED\x9F\xBF", TextKind::utf8},
    {"U+E000", "\xEE\x80\x80", TextKind::utf8},
    {"U+FFFF", "\xEF\xBF\xBF", TextKind::utf8},
    {"U+10000", "\xF0\x90\x80\x80", TextKind::utf8},
    {"U+10FFFF", "\xF4\x8F\xBF\xBF", TextKind::utf8},
    {"U+FFFD itself", "\xEF\xBF\xBD", TextKind::utf8},
    {"a continuation alone", "\x80", TextKind::invalid},
    {"overlong NUL", "\xC0\x80", TextKind::invalid},
    {"overlong U+007F", "\xC1\xBF", TextKind::invalid},
    {"overlong U+07FF", "\xE0\x9F\xBF", TextKind::invalid},
    {"overlong U+FFFF", "\xF0\x8F\xBF\xBF", TextKind::invalid},
    {"the first surrogate", "\xED\xA0\x80", TextKind::invalid},
    {"the last surrogate", "\xED\xBF\xBF", TextKind::invalid},
    {"U+110000", "\xF4\x90\x80\x80", TextKind::invalid},
    {"lead F5", "\xF5\x80\x80\x80", TextKind::invalid},
    {"FF", "\xFF", TextKind::invalid},
    {"two bytes, one missing", "\xC3", TextKind::invalid},
    {"three bytes, one missing", "\xE2\x82", TextKind::invalid},
    {"four bytes, one missing", "\xF0\x9F\x98", TextKind::invalid},
    {"a lead before ASCII", "\xE2\x82x", TextKind::invalid},
    {"bad behind a long ASCII run", std::string(40, 'x') + "\xFF", TextKind::invalid},
    {"good behind a long ASCII run", std::string(39, 'x') + "\xC3\xA4", TextKind::utf8},
};

TEST(Utf8, tellsWellFormedFromIllFormed) {
  for (const TextCase& each : kCases) {
    EXPECT_EQ(classifyText(each.bytes), each.kind) << each.what;
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
    const bool isAscii = bytes.find_first_not_of("ax\x7F") == std::string::npos;
    const TextKind expected = isAscii ? TextKind::ascii : test::isUtf8(bytes) ? TextKind::utf8 : TextKind::invalid;
    ASSERT_EQ(classifyText(bytes), expected) << ::testing::PrintToString(bytes);
  }
}

}  // namespace
}  // namespace millrace
