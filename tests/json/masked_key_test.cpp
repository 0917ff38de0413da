#include "json/masked_key.hpp"

#include <gtest/gtest.h>

namespace millrace {
namespace {

std::string keyOf(std::string_view json) { return maskedKey("log", json, {"level?", "message"}); }

TEST(MaskedKey, ofTheNamedMembers) {
  EXPECT_EQ(keyOf(R"({"message":"a b","n":1,"level":"info"})"), "log\n\"info\"\n\"a b\"");
  EXPECT_EQ(maskedKey("", R"({"error":{"code":"X","at":1}})", {"error.code", "none.code?"}), "\n\"X\"\n");
}

TEST(MaskedKey, numbersUuidsAndHashesAreMasked) {
  const auto same = [](std::string_view one, std::string_view other) {
    EXPECT_EQ(keyOf("{\"message\":\"" + std::string(one) + "\"}"),
              keyOf("{\"message\":\"" + std::string(other) + "\"}"))
        << one;
  };
  same("took 12 ms", "took 4567 ms");
  same("2.5s", "10.75s");
  same("job 0f8fad5b-d9cb-469f-a165-70867728950e", "job 7c9e6679-7425-40de-944b-e07fc1f90ae7");
  same("commit 9fceb02d0ae598e95dc970b74767f19372d61af8", "commit 1234abcd");
  same("user42", "user7");
  EXPECT_NE(keyOf(R"({"message":"deadbeef"})"), keyOf(R"({"message":"defacade"})"))
      << "words, as long as no number is in them";
  EXPECT_NE(keyOf(R"({"message":"a"})"), keyOf(R"({"message":"b"})"));
  EXPECT_EQ(keyOf(R"({"level":"a"})"), "") << "its message is missing";
  EXPECT_NE(keyOf(R"({"level":30,"message":"a"})"), keyOf(R"({"level":50,"message":"a"})")) << "numbers of their own";
}

TEST(MaskedKey, withoutAnyOfThemThereIsNone) {
  for (const std::string_view json : {"{}", "[]", "1", "\"message\"", "", "{", "{\"other\":1}"}) {
    EXPECT_EQ(keyOf(json), "") << json;
  }
}

}  // namespace
}  // namespace millrace
