#include "json/json_paths.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using Texts = std::vector<std::string>;

Texts found(const Texts& paths, std::string_view json) {
  std::vector<SecretSpan> spans;
  JsonPaths(paths).find(json, spans);
  Texts texts;
  for (const SecretSpan& span : spans) {
    texts.push_back((span.isValue ? "=" : "") + std::string(json.substr(span.from, span.to - span.from)));
  }
  return texts;
}

constexpr std::string_view kJson =
    R"({"user":{"ann":{"token":"a","n":1},"bob":{"token":2}},"token":"top","list":[{"token":[1,2]},{"x":{"token":true}}]})";

TEST(JsonPaths, namesAndStars) {
  EXPECT_EQ(found({"user.*.token"}, kJson), (Texts{"a", "=2"}));
  EXPECT_EQ(found({"token"}, kJson), Texts{"top"});
  EXPECT_EQ(found({"list.*.token"}, kJson), Texts{"=[1,2]"});
  EXPECT_EQ(found({"list.1.x.token"}, kJson), Texts{"=true"});
  EXPECT_EQ(found({"*.*.*.token"}, kJson), Texts{"=true"});
  EXPECT_EQ(found({"user.ann"}, kJson), Texts{R"(={"token":"a","n":1})"});
  EXPECT_EQ(found({"user.*"}, kJson), (Texts{R"(={"token":"a","n":1})", R"(={"token":2})"}));
  EXPECT_EQ(found({"nobody.token", "user.ann.token.x"}, kJson), Texts{});
}

TEST(JsonPaths, severalAtOnce) {
  EXPECT_EQ(found({"user.ann.token", "user.bob", "list.0"}, kJson),
            (Texts{"a", R"(={"token":2})", R"(={"token":[1,2]})"}));
}

TEST(JsonPaths, whatIsNoObject) {
  EXPECT_EQ(found({"a"}, R"(["a"])"), Texts{});
  EXPECT_EQ(found({"0"}, R"(["a"])"), Texts{"a"});
  EXPECT_EQ(found({"a"}, R"("a")"), Texts{});
  EXPECT_EQ(found({"a"}, ""), Texts{});
  EXPECT_EQ(found({"*"}, "{}"), Texts{});
}

TEST(JsonPaths, spacesAndEmptyValues) {
  EXPECT_EQ(found({"a.b"}, R"( { "a" : { "b" : "x" , "c" : 1 } } )"), Texts{"x"});
  EXPECT_EQ(found({"a"}, R"({"a":""})"), Texts{""});
}

TEST(JsonPaths, whatIsNoJsonEndsTheSearch) {
  for (const std::string_view json :
       {R"({"a")", R"({"a":)", R"({"a":{"b")", R"({a:1})", R"({"a":1)", "{{{", R"({"a":[})"}) {
    static_cast<void>(found({"a.b", "*.*"}, json));
  }
}

TEST(JsonPaths, itGoesNoDeeperThanItsPaths) {
  const std::string deep(100000, '[');
  EXPECT_EQ(found({"*.*"}, deep).size(), 1U);
}

}  // namespace
}  // namespace millrace
