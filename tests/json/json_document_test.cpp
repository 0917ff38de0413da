#include "json/json_document.hpp"

#include "core/support/rounds.hpp"
#include "json/any_states.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {
namespace {

namespace json = boost::json;

std::string patched(std::string_view target, std::string_view patch) {
  std::optional<JsonDocument> document = JsonDocument::parse(target);
  std::optional<JsonDocument> change = JsonDocument::parse(patch);
  if (!document || !change) {
    return "none";
  }
  document->merge(std::move(*change));
  return document->text();
}

// RFC 7396, appendix A.
TEST(JsonDocument, theCasesOfTheSpecification) {
  EXPECT_EQ(patched(R"({"a":"b"})", R"({"a":"c"})"), R"({"a":"c"})");
  EXPECT_EQ(patched(R"({"a":"b"})", R"({"b":"c"})"), R"({"a":"b","b":"c"})");
  EXPECT_EQ(patched(R"({"a":"b"})", R"({"a":null})"), R"({})");
  EXPECT_EQ(patched(R"({"a":"b","b":"c"})", R"({"a":null})"), R"({"b":"c"})");
  EXPECT_EQ(patched(R"({"a":["b"]})", R"({"a":"c"})"), R"({"a":"c"})");
  EXPECT_EQ(patched(R"({"a":"c"})", R"({"a":["b"]})"), R"({"a":["b"]})");
  EXPECT_EQ(patched(R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})"), R"({"a":{"b":"d"}})");
  EXPECT_EQ(patched(R"({"a":[{"b":"c"}]})", R"({"a":[1]})"), R"({"a":[1]})");
  EXPECT_EQ(patched(R"(["a","b"])", R"(["c","d"])"), R"(["c","d"])");
  EXPECT_EQ(patched(R"({"a":"b"})", R"(["c"])"), R"(["c"])");
  EXPECT_EQ(patched(R"({"a":"foo"})", R"(null)"), R"(null)");
  EXPECT_EQ(patched(R"({"a":"foo"})", R"("bar")"), R"("bar")");
  EXPECT_EQ(patched(R"({"e":null})", R"({"a":1})"), R"({"e":null,"a":1})");
  EXPECT_EQ(patched(R"([1,2])", R"({"a":"b","c":null})"), R"({"a":"b"})");
  EXPECT_EQ(patched(R"({})", R"({"a":{"bb":{"ccc":null}}})"), R"({"a":{"bb":{}}})");
}

TEST(JsonDocument, whatIsWrittenStaysAsItIsWritten) {
  EXPECT_EQ(patched(R"({"n":12345678901234567890.10,"t":"\ud800"})", R"({"x":1e999})"),
            R"({"n":12345678901234567890.10,"t":"\ud800","x":1e999})");
  EXPECT_EQ(patched(R"({"a,{\"":1,"b":[{"c":null}]})", R"({"a,{\"":2})"), R"({"a,{\"":2,"b":[{"c":null}]})");
}

TEST(JsonDocument, brokenAndDeepTextsAreNone) {
  EXPECT_EQ(patched(R"({"a":1)", R"({"a":2})"), "none");
  EXPECT_EQ(patched(R"({"a":1})", R"({"a":2)"), "none");
  EXPECT_EQ(patched(R"({"a":1}x)", R"({})"), "none");
  std::string deep;
  for (int level = 0; level < 10000; ++level) {
    deep += R"({"a":)";
  }
  deep += "1" + std::string(10000, '}');
  EXPECT_EQ(patched("{}", deep), "none");
}

// As the specification has it, section 2.
json::value mergedBySpecification(json::value target, const json::value& patch) {
  if (!patch.is_object()) {
    return patch;
  }
  json::object result = target.is_object() ? target.as_object() : json::object();
  for (const auto& [key, value] : patch.as_object()) {
    if (value.is_null()) {
      result.erase(key);
    } else {
      const auto* const old = result.if_contains(key);
      result[key] = mergedBySpecification(old == nullptr ? json::value() : *old, value);
    }
  }
  return result;
}

TEST(JsonDocumentProperty, aPatchDoesWhatTheSpecificationSays) {
  for (std::uint32_t seed = 1; seed <= test::roundsOf(5000); ++seed) {
    AnyStates any(seed);
    const json::value target = any.value(0);
    const json::value patch = any.value(0);
    const std::string result = patched(json::serialize(target), json::serialize(patch));
    ASSERT_EQ(json::parse(result), mergedBySpecification(target, patch)) << "seed " << seed << "\n"
                                                                         << json::serialize(target) << "\n"
                                                                         << json::serialize(patch);
  }
}

}  // namespace
}  // namespace millrace
