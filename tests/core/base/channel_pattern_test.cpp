#include "core/base/channel_pattern.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace millrace {
namespace {

TEST(ChannelPattern, aNameIsItself) {
  EXPECT_TRUE(matchesPattern("news", "news"));
  EXPECT_FALSE(matchesPattern("news", "newsx"));
  EXPECT_FALSE(matchesPattern("news", "news:1"));
  EXPECT_FALSE(matchesPattern("news", ""));
}

TEST(ChannelPattern, aStarIsOnePart) {
  EXPECT_TRUE(matchesPattern("room:*", "room:1"));
  EXPECT_TRUE(matchesPattern("room:*", "room:"));
  EXPECT_FALSE(matchesPattern("room:*", "room"));
  EXPECT_FALSE(matchesPattern("room:*", "room:1:log"));
  EXPECT_TRUE(matchesPattern("*:log", "1:log"));
  EXPECT_FALSE(matchesPattern("ro*", "room")) << "within a part it is a letter";
  EXPECT_TRUE(matchesPattern("ro*", "ro*"));
}

TEST(ChannelPattern, twoStarsAreAnyNumberOfParts) {
  for (const char* const key : {"", "a", "a:b", "::", "room:1"}) {
    EXPECT_TRUE(matchesPattern("**", key)) << key;
  }
  EXPECT_TRUE(matchesPattern("room:**", "room"));
  EXPECT_TRUE(matchesPattern("room:**", "room:1:log"));
  EXPECT_TRUE(matchesPattern("**:log", "log"));
  EXPECT_TRUE(matchesPattern("**:log", "a:b:log"));
  EXPECT_TRUE(matchesPattern("a:**:z", "a:z"));
  EXPECT_TRUE(matchesPattern("a:**:z", "a:z:y:z"));
  EXPECT_FALSE(matchesPattern("a:**:z", "a:z:y"));
  EXPECT_TRUE(matchesPattern("**:b:**:d", "a:b:c:b:d"));
}

std::vector<std::string> partsOf(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char letter : text) {
    letter == ':' ? parts.emplace_back() : parts.back() += letter;
  }
  return parts;
}

// The definition, with all ways tried.
bool matches(const std::vector<std::string>& pattern, std::size_t p, const std::vector<std::string>& key,
             std::size_t k) {
  if (p == pattern.size()) {
    return k == key.size();
  }
  if (pattern[p] == "**") {
    return matches(pattern, p + 1, key, k) || (k < key.size() && matches(pattern, p, key, k + 1));
  }
  return k < key.size() && (pattern[p] == "*" || pattern[p] == key[k]) && matches(pattern, p + 1, key, k + 1);
}

TEST(ChannelPattern, isWhatItsDefinitionSays) {
  std::mt19937 random(5);
  const auto text = [&random](std::initializer_list<const char*> parts) {
    std::string all;
    for (std::size_t left = random() % 6; left > 0; --left) {
      all += std::string(*(parts.begin() + random() % parts.size())) + ":";
    }
    return all + *(parts.begin() + random() % parts.size());
  };
  for (int round = 0; round < 20000; ++round) {
    const std::string pattern = text({"a", "b", "*", "**", ""});
    const std::string key = text({"a", "b", ""});
    ASSERT_EQ(matchesPattern(pattern, key), matches(partsOf(pattern), 0, partsOf(key), 0)) << pattern << " " << key;
  }
}

}  // namespace
}  // namespace millrace
