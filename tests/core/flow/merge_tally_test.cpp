#include "core/flow/merge_tally.hpp"

#include <gtest/gtest.h>

namespace millrace {
namespace {

class MergeTallyTest : public ::testing::Test {
 protected:
  static constexpr std::string_view kTail =
      R"("count":2,"firstAt":"1970-01-01T00:00:01.000Z","lastAt":"1970-01-01T00:00:01.500Z"})";

  MergeTallyTest() {
    tally.add(UnixTime(Millis(1000)));
    tally.add(UnixTime(Millis(1500)));
  }

  std::optional<std::string> with(std::string_view json) { return withTally(json, tally); }
  static std::string whole(std::string_view head) { return std::string(head) + std::string(kTail); }

  MergeTally tally;
};

TEST_F(MergeTallyTest, isAddedToAnObject) {
  EXPECT_EQ(with(R"({"a":1})"), whole(R"({"a":1,)"));
  EXPECT_EQ(with("{}"), whole("{"));
  EXPECT_EQ(with(" { } \n"), whole("{ "));
  EXPECT_EQ(with(R"({"count":"mine"})"), whole(R"({"count":"mine",)"));
}

TEST_F(MergeTallyTest, isNotAddedToAnythingElse) {
  for (const std::string_view json : {"", " ", "{", "}", "[]", "\"{}\"", "1", "null", "{]", "[}"}) {
    EXPECT_EQ(with(json), std::nullopt) << json;
  }
}

TEST_F(MergeTallyTest, countsFromTheFirstToTheLast) {
  EXPECT_EQ(tally.count, 2U);
  EXPECT_EQ(tally.firstAt, UnixTime(Millis(1000)));
  EXPECT_EQ(tally.lastAt, UnixTime(Millis(1500)));
  tally.add(UnixTime(Millis(10)));
  EXPECT_EQ(tally.lastAt, UnixTime(Millis(1000))) << "the clock went back, and the last is not before the first";
}

}  // namespace
}  // namespace millrace
