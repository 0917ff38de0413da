#include "json/json_scan.hpp"

#include <gtest/gtest.h>

#include <string>

namespace millrace {
namespace {

TEST(JsonScan, aStringEndsAtTheFirstQuoteThatIsNotEscaped) {
  EXPECT_EQ(stringEnd(R"("abc")", 1), 4U);
  EXPECT_EQ(stringEnd(R"("a\"b")", 1), 5U);
  EXPECT_EQ(stringEnd(R"("a\\")", 1), 4U);
  EXPECT_EQ(stringEnd(R"("a\\\"b")", 1), 7U);
  EXPECT_EQ(stringEnd(R"("abc)", 1), 4U) << "its end is missing";
  EXPECT_EQ(stringEnd("", 0), 0U);
  EXPECT_EQ(stringEnd(R"(\"x")", 1), 1U) << "what stands before is not the string's";
}

TEST(JsonScan, aValueEndsBehindIt) {
  for (const std::string value : {R"("a,]}\"")", "1", "-1.5e3", "true", "null", "{}", "[]",
                                  R"({"a":[1,{"b":"}"}],"c":"]"})", R"([[],[[]],"[",{"x":"]"}])"}) {
    for (const std::string behind : {"", ",1", "}", "]", " ", ":1"}) {
      EXPECT_EQ(valueEnd(value + behind, 0), value.size()) << value << behind;
    }
  }
  EXPECT_EQ(valueEnd("[1,2", 0), 4U);
  EXPECT_EQ(valueEnd("}", 0), 0U);
  EXPECT_EQ(valueEnd("", 0), 0U);
}

TEST(JsonScan, aMillionBracketsTakeNoStack) {
  const std::string deep(1000000, '[');
  EXPECT_EQ(valueEnd(deep, 0), deep.size());
}

TEST(JsonScan, whatLiesInAString) {
  const std::string json = R"({"a":"b\"c","d":1})";
  std::string in;
  StringTracker strings(json);
  for (std::size_t at = 0; at < json.size(); ++at) {
    in += strings.isWithin(at) ? json[at] : '.';
  }
  EXPECT_EQ(in, R"(..a"..b\"c"..d"...)") << "up to the closing quotation mark";
}

TEST(JsonScan, placesMayBeLeftOut) {
  const std::string json = R"(["a","b\\",1,"c)";
  for (std::size_t step = 1; step < 6; ++step) {
    StringTracker all(json);
    StringTracker some(json);
    for (std::size_t at = 0; at < json.size(); ++at) {
      const bool isWithin = all.isWithin(at);
      if (at % step == 0) {
        EXPECT_EQ(some.isWithin(at), isWithin) << at << " by " << step;
      }
    }
  }
}

}  // namespace
}  // namespace millrace
