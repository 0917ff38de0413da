#include "json/json_difference.hpp"

#include "core/support/rounds.hpp"
#include "json/any_states.hpp"
#include "json/json_document.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {
namespace {

std::string between(std::string_view from, std::string_view to) { return jsonDifference(from, to).value_or("none"); }

TEST(JsonDifference, theDifferenceIsWhatChanges) {
  EXPECT_EQ(between(R"({"a":1,"b":2})", R"({"a":1,"b":2})"), "{}");
  EXPECT_EQ(between(R"({"a":1,"b":2})", R"({"a":1,"b":3})"), R"({"b":3})");
  EXPECT_EQ(between(R"({"a":1,"b":2})", R"({"b":2})"), R"({"a":null})");
  EXPECT_EQ(between(R"({"a":1})", R"({"a":1,"b":{"c":[null]}})"), R"({"b":{"c":[null]}})");
  EXPECT_EQ(between(R"({"s":{"x":{"n":1},"y":{"n":1,"m":"a"}}})", R"({"s":{"x":{"n":1},"y":{"n":2,"m":"a"}}})"),
            R"({"s":{"y":{"n":2}}})");
  EXPECT_EQ(between(R"({"l":[{"n":1},{"n":2}],"o":{"n":1}})", R"({"l":[{"n":1},{"n":3}],"o":{"n":1}})"),
            R"({"l":[{"n":1},{"n":3}]})");
  EXPECT_EQ(between(R"({"a":{"b":1}})", R"({"a":[1]})"), R"({"a":[1]})");
  EXPECT_EQ(between(R"({"a":[1]})", R"({"a":{"b":1}})"), R"({"a":{"b":1}})");
  EXPECT_EQ(between(R"({"ab":1,"c":{}})", R"({"ac":1,"c":{}})"), R"({"ab":null,"ac":1})");
}

TEST(JsonDifference, whatAPatchCannotSay) {
  EXPECT_EQ(between(R"({"a":1})", R"({"a":null})"), "none");
  EXPECT_EQ(between(R"({})", R"({"a":{"b":{"c":null}}})"), "none");
  EXPECT_EQ(between(R"({"a":{"b":null}})", R"({"a":{"b":null,"c":1}})"), R"({"a":{"c":1}})");
  EXPECT_EQ(between(R"({})", "[]"), "none");
  EXPECT_EQ(between("1", R"({})"), "none");
}

TEST(JsonDifference, whatHasNotChangedIsNotLookedInto) {
  std::string deep;
  for (int level = 0; level < 10000; ++level) {
    deep += R"({"a":)";
  }
  deep += "1" + std::string(10000, '}');
  EXPECT_EQ(between("{}", R"({"b":)" + deep + "}"), R"({"b":)" + deep + "}");
  EXPECT_EQ(between("{}", R"({"b":{"x":null,"y":)" + deep + "}}"), "none");
}

TEST(JsonDifferenceProperty, theDifferenceMakesOneOfTheOther) {
  std::size_t found = 0;
  for (std::uint32_t seed = 1; seed <= test::roundsOf(20000); ++seed) {
    AnyStates any(seed);
    const json::value from = any.object(0);
    json::value to = from;
    for (std::size_t left = any.below(4); left > 0; --left) {
      any.change(to, 0);
    }
    const std::string texts[] = {json::serialize(from), json::serialize(to)};
    const std::optional<std::string> patch = jsonDifference(texts[0], texts[1]);
    if (patch) {
      ++found;
      std::optional<JsonDocument> document = JsonDocument::parse(texts[0]);
      std::optional<JsonDocument> change = JsonDocument::parse(*patch);
      ASSERT_TRUE(document && change) << "seed " << seed;
      document->merge(std::move(*change));
      ASSERT_EQ(json::parse(document->text()), to) << "seed " << seed << "\n" << texts[0] << "\n" << *patch;
    } else {
      ASSERT_TRUE(!to.is_object() || texts[1].find("null") != std::string::npos) << "seed " << seed;
    }
  }
  EXPECT_GT(found, test::roundsOf(12000));
}

}  // namespace
}  // namespace millrace
