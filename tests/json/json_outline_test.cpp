#include "json/json_outline.hpp"

#include <gtest/gtest.h>

#include <string>

namespace millrace {
namespace {

// Each value's text, with what lies in it in brackets.
std::string shown(const JsonOutline& outline, const JsonOutline::Value& value) {
  std::string text(outline.keyOf(value));
  text += text.empty() ? "" : "=";
  if (value.kind != JsonOutline::Kind::object && value.kind != JsonOutline::Kind::array) {
    return text += (value.kind == JsonOutline::Kind::deep ? "!" : "") + std::string(outline.textOf(value));
  }
  text += value.kind == JsonOutline::Kind::object ? "o(" : "a(";
  for (const JsonOutline::Value* const child : outline.childrenOf(value)) {
    text += shown(outline, *child) + ";";
  }
  return text += ")";
}

std::string outlineOf(std::string_view json) {
  const auto outline = JsonOutline::of(json);
  return outline ? shown(*outline, outline->root()) : "none";
}

TEST(JsonOutline, saysWhatLiesInWhat) {
  EXPECT_EQ(outlineOf(R"({"a":[1,"x,]",{}],"b":{"c":null}})"), R"(o("a"=a(1;"x,]";o(););"b"=o("c"=null;);))");
  EXPECT_EQ(outlineOf("[]"), "a()");
  EXPECT_EQ(outlineOf(R"("x")"), R"("x")");
  EXPECT_EQ(outlineOf("-1.5e3"), "-1.5e3");
  EXPECT_EQ(outlineOf(R"( { "a" : [ 1 , 2 ] , "b\"" : true } )"), R"(o("a"=a(1;2;);"b\""=true;))");
}

TEST(JsonOutline, whatIsNoJsonHasNone) {
  for (const std::string_view text : {"", " ", "{", "[", "{\"a\"", "{\"a\":", "{\"a\":1", "{a:1}", "[1,", "[1 2]",
                                      "1 2", "}", ",", "{\"a\":1,}", "{,}", "[,]", "\"a\" b"}) {
    EXPECT_EQ(outlineOf(text), "none") << text;
  }
}

TEST(JsonOutline, whatLiesTooDeepIsOneValue) {
  const std::string deep = std::string(10000, '[') + std::string(10000, ']');
  const auto outline = JsonOutline::of(deep);
  ASSERT_TRUE(outline);
  const std::string text = shown(*outline, outline->root());
  EXPECT_EQ(text.find("!["), 200U);
  EXPECT_EQ(outline->root().size(), deep.size());
}

}  // namespace
}  // namespace millrace
