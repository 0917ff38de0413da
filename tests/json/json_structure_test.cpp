#include "json/json_structure.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace millrace {
namespace {

std::string structureOf(std::string_view json) {
  JsonStructure structure(json);
  std::string marks;
  for (std::size_t place = structure.next(); place != std::string_view::npos; place = structure.next()) {
    marks += json[place];
  }
  return marks;
}

std::string childrenOf(std::string_view json) {
  JsonChildren children(json);
  std::string shown;
  while (const JsonChild* const child = children.next()) {
    shown += std::string(child->key) + (child->key.empty() ? "" : "=") + std::string(child->value) + ";";
  }
  return children.isBroken() ? "none" : shown;
}

TEST(JsonStructure, whatIsNotWithinStrings) {
  EXPECT_EQ(structureOf(R"({"a,":[1,"{\":"],"b\\":{}})"), "{:[,],:{}}");
  EXPECT_EQ(structureOf(""), "");
  EXPECT_EQ(structureOf(R"(")" + std::string(200, ',') + R"(",)"), ",");
}

// The slow way, wherever the blocks lie.
TEST(JsonStructure, isWhatItsDefinitionSays) {
  std::mt19937 random(3);
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (std::size_t left = random() % 300; left > 0; --left) {
      text += std::string_view("\"\\,:{}[]ax\"\\\\")[random() % 13];
    }
    std::string expected;
    bool isInString = false;
    bool isEscaped = false;
    for (const char byte : text) {
      const bool isStructural = std::string_view("{}[],:").find(byte) != std::string_view::npos;
      if (byte == '"' && !isEscaped) {
        isInString = !isInString;
      } else if (isStructural && !isInString) {
        expected += byte;
      }
      isEscaped = byte == '\\' && !isEscaped;
    }
    ASSERT_EQ(structureOf(text), expected) << text;
  }
}

TEST(JsonChildren, ofObjectsAndArrays) {
  EXPECT_EQ(childrenOf(R"({"a":[1,"x,]",{}],"b":{"c":null}})"), R"("a"=[1,"x,]",{}];"b"={"c":null};)");
  EXPECT_EQ(childrenOf("[1,[2,3],\"4\"]"), "1;[2,3];\"4\";");
  EXPECT_EQ(childrenOf("[]"), "");
  EXPECT_EQ(childrenOf(" { } "), "");
  EXPECT_EQ(childrenOf(R"( { "a" : 1 , "b\"" : true } )"), R"("a"=1;"b\""=true;)");
}

TEST(JsonChildren, whatIsNotOneWholeContainerHasNone) {
  for (const std::string_view text : {"",         " ",    "1",    "\"a\"",  "{",   "[",         "{\"a\"",     "{\"a\":",
                                      "{\"a\":1", "[1,",  "[1]]", "[1][2]", "}",   ",",         "{\"a\":1,}", "{,}",
                                      "[,]",      "[1,]", "{1}",  "{:1}",   "[1}", "{\"a\":1]", "[\"a\":1]",  "[] x"}) {
    EXPECT_EQ(childrenOf(text), "none") << text;
  }
}

}  // namespace
}  // namespace millrace
