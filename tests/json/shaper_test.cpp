#include "json/shapers.hpp"

#include <gtest/gtest.h>

#include <string>

namespace millrace {
namespace {

class ShaperTest : public ::testing::Test {
 protected:
  std::string shaped(const ContentRules& rules, std::string_view data, TextKind kind = TextKind::json) {
    const Shaper shaper(rules, counts);
    const std::optional<ShapedData> shaped = shaper.shape(data, kind);
    shaper.count(shaped ? shaped->change : ContentChange{});
    return shaped ? shaped->text : "as it is";
  }

  std::shared_ptr<ContentCounts> counts = std::make_shared<ContentCounts>();
};

TEST_F(ShaperTest, redactsBeforeItTruncates) {
  ContentRules rules;
  rules.maxBytes = 100;
  rules.oversize = Oversize::truncate;
  rules.redaction.emplace();
  const std::string text =
      R"({"a":")" + std::string(40, 'x') + R"( DB_PASSWORD=)" + std::string(60, 's') + R"(","b":1})";
  EXPECT_EQ(shaped(rules, text), R"({"a":")" + std::string(40, 'x') + R"( DB_PASSWORD=[REDACTED]","b":1})");
  EXPECT_EQ(counts->redacted, 1U);
  EXPECT_EQ(counts->truncated, 0U);
  EXPECT_EQ(shaped(rules, R"({"a":")" + std::string(400, 'x') + R"("})").size(), 99U);
  EXPECT_EQ(counts->truncated, 1U);
  EXPECT_EQ(shaped(rules, R"({"a":1})"), "as it is");
  EXPECT_EQ(counts->redacted, 1U);
}

TEST_F(ShaperTest, aPlainTextIsATextInAnyCase) {
  ContentRules rules;
  rules.maxBytes = 100;
  rules.oversize = Oversize::truncate;
  rules.redaction.emplace();
  EXPECT_EQ(shaped(rules, std::string(200, 'x'), TextKind::plain).size(), 100U);
  EXPECT_EQ(shaped(rules, "{\"password\":\"x\"", TextKind::plain), "{\"password\":\"[REDACTED]\"");
}

TEST_F(ShaperTest, whatIsRefusedIsNotLookedAt) {
  ContentRules rules;
  rules.maxBytes = 10;
  rules.redaction.emplace();
  EXPECT_EQ(shaped(rules, R"({"password":"x"})"), "as it is");
  EXPECT_EQ(counts->redacted, 0U);
}

TEST_F(ShaperTest, whatIsCutLeavesRoomForWhatIsAdded) {
  ContentRules rules;
  rules.maxBytes = 1000;
  rules.oversize = Oversize::truncate;
  rules.addedBytes = 100;
  const std::string text = R"({"a":")" + std::string(950, 'x') + R"("})";
  EXPECT_LE(shaped(rules, text).size(), 900U);
  EXPECT_GT(shaped(rules, text).size(), 850U);
  EXPECT_EQ(shaped(rules, std::string(950, 'x'), TextKind::plain), "as it is") << "nothing is added to it";
  rules.addedBytes = 2000;
  EXPECT_LE(shaped(rules, text).size(), 64U) << "what is left at least";
}

TEST_F(ShaperTest, theFirstPolicyThatMatchesCounts) {
  ContentRules redacts;
  redacts.redaction.emplace();
  const Shapers shapers({{"logs:*", redacts, counts}, {"**:raw", {}, counts}, {"", redacts, counts}});
  EXPECT_NE(shapers.of("logs:raw"), nullptr);
  EXPECT_EQ(shapers.of("a:raw"), nullptr);
  EXPECT_NE(shapers.of("else"), nullptr);
  EXPECT_NE(shapers.of("else"), shapers.of("logs:1"));
  EXPECT_FALSE(shapers.areNone());
  EXPECT_TRUE(Shapers({{"a", {}, counts}, {"", {}, counts}}).areNone());
  EXPECT_EQ(Shapers({}).of("a"), nullptr);
}

}  // namespace
}  // namespace millrace
