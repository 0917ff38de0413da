#include "json/truncate.hpp"

#include "core/support/rounds.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

namespace json = boost::json;

std::string cut(std::string_view text, std::size_t bytes, const std::vector<std::string>& keep = {}) {
  return truncateJson(text, bytes, keep);
}

json::value parsed(const std::string& text) {
  json::parse_options options;
  options.max_depth = 1000;
  return json::parse(text, {}, options);
}

std::string inQuotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

TEST(Truncate, whatFitsStaysAsItIs) { EXPECT_EQ(cut(R"({"a": 1.50, "b":[ ]})", 64), R"({"a": 1.50, "b":[ ]})"); }

TEST(Truncate, theLongestStringIsCutFirst) {
  const std::string text = R"({"short":"abc","long":")" + std::string(200, 'x') + R"(","n":1234567})";
  EXPECT_EQ(cut(text, 100), R"({"short":"abc","long":")" + std::string(44, 'x') + "…[cut 156 bytes]\",\"n\":1234567}");
  EXPECT_EQ(cut(inQuotes(std::string(1000, 'x')), 64), inQuotes(std::string(43, 'x') + "…[cut 957 bytes]"));
}

TEST(Truncate, severalAreCutToOneLength) {
  const std::string x(500, 'x');
  const auto value = parsed(cut(R"({"a":")" + x + R"(","b":"tiny","c":")" + x + x + R"("})", 200)).as_object();
  EXPECT_EQ(value.at("b").as_string(), "tiny");
  EXPECT_EQ(value.at("a").as_string().subview(0, 60), value.at("c").as_string().subview(0, 60));
}

TEST(Truncate, aLongListKeepsItsFirstElements) {
  std::string list = "[0";
  for (int number = 1; number < 1000; ++number) {
    list += "," + std::to_string(number);
  }
  list += "]";
  const std::string text = cut(list, 100);
  EXPECT_EQ(text.substr(0, 12), "[0,1,2,3,4,5");
  EXPECT_EQ(text.substr(text.size() - 22), "\"…[cut 3812 bytes]\"]");
}

TEST(Truncate, recordsOfALongListStayWhole) {
  std::string list;
  for (int number = 0; number < 1000; ++number) {
    list += (number == 0 ? "[" : ",") + std::string(R"({"n":)") + std::to_string(number) + R"(,"text":"some words"})";
  }
  const auto value = parsed(cut(list + "]", 2000)).as_array();
  EXPECT_GT(value.size(), 50U);
  for (std::size_t at = 0; at + 1 < value.size(); ++at) {
    EXPECT_EQ(value[at], parsed(R"({"n":)" + std::to_string(at) + R"(,"text":"some words"})"));
  }
}

TEST(Truncate, membersGoFromTheLastOneOn) {
  std::string object = R"({"message":"m")";
  for (int number = 0; number < 100; ++number) {
    object += R"(,"member )" + std::to_string(number) + R"(":1)";
  }
  EXPECT_EQ(
      cut(object + R"(,"userId":"u"})", 100),
      "{\"message\":\"m\",\"member 0\":1,\"member 1\":1,\"member 2\":1,\"userId\":\"u\",\"…\":\"…[cut 97 members]\"}");
}

TEST(Truncate, idsMessageAndWhatIsNamedStayWhole) {
  const std::string long60(60, 'y');
  const std::string text = R"({"message":")" + long60 + R"(","data":")" + std::string(5000, 'x') +
                           R"(","level":"error","roomId":")" + long60 + R"(","trace_id":")" + long60 + R"(","own":")" +
                           long60 + "\"}";
  const auto value = parsed(cut(text, 400, {"own"})).as_object();
  for (const char* const key : {"message", "roomId", "trace_id", "own"}) {
    EXPECT_EQ(value.at(key).as_string(), long60) << key;
  }
  EXPECT_EQ(value.at("level").as_string(), "error");
}

TEST(Truncate, whatIsKeptIsCutAfterAllOthers) {
  std::string text = R"({"message":")" + std::string(5000, 'm') + "\"";
  for (int number = 0; number < 300; ++number) {
    text += R"(,"member )" + std::to_string(number) + R"(":")" + std::string(40, 'x') + "\"";
  }
  const std::string result = cut(text + "}", 10240);
  EXPECT_EQ(parsed(result).at("message").as_string(), std::string(5000, 'm'));
  EXPECT_GT(parsed(result).as_object().size(), 50U);
}

TEST(Truncate, aLongNameCostsNoOtherMember) {
  const std::string text = "{\"" + std::string(20000, 'k') + R"(":1,"a":1,"b":")" + std::string(200, 'x') + "\"}";
  const auto value = parsed(cut(text, 300)).as_object();
  EXPECT_EQ(value.at("a"), 1);
  EXPECT_EQ(value.at("b").as_string().size(), 200U);
}

TEST(Truncate, aMessageThatIsTooMuchAloneIsCut) {
  const std::string text = R"({"level":"info","message":")" + std::string(5000, 'x') + "\"}";
  const std::string result = cut(text, 200);
  EXPECT_EQ(result.size(), 199U) << "one for a longer number";
  EXPECT_EQ(parsed(result).at("level").as_string(), "info");
}

TEST(Truncate, charactersAndEscapesStayWhole) {
  for (const std::string part :
       {"ä", "€", "😀", "\\n", "\\u00e4", "\\ud83d\\ude00", "\\\\", "\\\"", "a\\ud83d\\ude00b"}) {
    std::string content;
    for (int count = 0; count < 100; ++count) {
      content += part;
    }
    for (std::size_t bytes = 64; bytes < 84; ++bytes) {
      const std::string result = cut(inQuotes(content), bytes);
      ASSERT_LE(result.size(), bytes);
      ASSERT_GE(result.size() + 12, bytes);
      ASSERT_NO_THROW(parsed(result)) << result;
      const std::size_t mark = result.find("…[cut ");
      ASSERT_NE(mark, std::string::npos);
      ASSERT_EQ((mark - 1) % part.size(), part.front() == 'a' ? (mark - 1) % part.size() : 0U) << result;
    }
  }
}

TEST(Truncate, halfOfASurrogatePairIsACharacter) {
  std::string content;
  for (int count = 0; count < 100; ++count) {
    content += "\\ud83d";
  }
  const std::string result = cut(inQuotes(content), 70);
  EXPECT_EQ(result, inQuotes(content.substr(0, 48) + "…[cut 552 bytes]"));
}

TEST(Truncate, whatLiesTooDeepIsCutAsAWhole) {
  const std::string deep = std::string(10000, '[') + std::string(10000, ']');
  const std::string result = cut(deep, 300);
  EXPECT_LE(result.size(), 300U);
  EXPECT_NO_THROW(parsed(result));
}

TEST(Truncate, whatIsNoJsonIsSomeTextOfThatSize) {
  for (const std::string part : {"{", "[", "\"", "{\"a\":", "[1,", "x", "}", "\\", "\"\\u", "{\"a\":1,"}) {
    std::string text;
    while (text.size() < 1000) {
      text += part;
    }
    EXPECT_LE(cut(text, 64).size(), 64U) << part;
  }
}

TEST(Truncate, aPlainText) {
  EXPECT_EQ(truncateText("abc", 64), "abc");
  EXPECT_EQ(truncateText(std::string(100, 'x'), 64), std::string(46, 'x') + "…[cut 54 bytes]");
  std::string text;
  while (text.size() < 1000) {
    text += "€";
  }
  EXPECT_EQ(truncateText(text, 66).find("\xe2\x80\xa6[cut"), 45U);
}

// --- any JSON, any size

class AnyJson {
 public:
  explicit AnyJson(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return random_() % bound; }

  json::value value(std::size_t depth) {
    switch (below(depth > 5 || ++values_ > 500 ? 4 : 6)) {
      case 0:
        return json::value(static_cast<std::int64_t>(random_()));
      case 1:
        return below(2) == 0 ? json::value(nullptr) : json::value(below(2) == 0);
      case 2:
      case 3:
        return json::value(json::string(text()));
      case 4: {
        json::array list;
        for (std::size_t left = below(below(5) == 0 ? 200 : 6); left > 0; --left) {
          list.push_back(value(depth + 1));
        }
        return list;
      }
      default: {
        json::object object;
        for (std::size_t left = below(below(8) == 0 ? 100 : 8); left > 0; --left) {
          object[below(4) == 0 ? std::string(kKept[below(std::size(kKept))]) : "k" + text()] = value(depth + 1);
        }
        return object;
      }
    }
  }

  std::string text() {
    static constexpr std::string_view kParts[] = {"a",  "word ", "ä", "€", "😀", "\n",  "\"",
                                                  "\\", "{",     "]", ",", ":", "\x01"};
    std::string all;
    for (std::size_t left = below(below(6) == 0 ? 2000 : 12); left > 0; --left) {
      all += kParts[below(std::size(kParts))];
    }
    return all;
  }

  static constexpr std::string_view kKept[] = {"message", "level", "id", "userId", "room_id", "own"};

 private:
  std::mt19937 random_;
  std::size_t values_ = 0;  // so many objects and lists at most
};

bool isKept(std::string_view key) {
  return std::find(std::begin(AnyJson::kKept), std::end(AnyJson::kKept), key) != std::end(AnyJson::kKept);
}

TEST(TruncateProperty, anyJsonToAnySizeParsesFitsAndKeepsWhatIsNamed) {
  for (std::uint32_t seed = 1; seed <= test::roundsOf(4000); ++seed) {
    AnyJson any(seed);
    const json::value value = any.value(0);
    const std::string text = json::serialize(value);
    const std::size_t bytes = 64 + any.below(any.below(3) == 0 ? 8000 : 400);
    const std::string result = cut(text, bytes, {"own"});
    ASSERT_LE(result.size(), bytes) << "seed " << seed;
    json::value after;
    ASSERT_NO_THROW(after = parsed(result)) << "seed " << seed << "\n" << result;
    if (text.size() <= bytes) {
      ASSERT_EQ(result, text) << "seed " << seed;
      continue;
    }
    ASSERT_EQ(value.kind(), value.is_int64() ? value.kind() : after.kind()) << "seed " << seed;
    if (!value.is_object()) {
      continue;
    }
    // Where all that is kept fits in beside the least of everything, it is whole.
    std::size_t kept = 64;
    std::size_t others = 0;
    for (const auto& [key, member] : value.as_object()) {
      const std::size_t name = json::serialize(json::value(json::string(key))).size() + 2;
      (isKept(key) ? kept : others) += name + (isKept(key) ? json::serialize(member).size() : 32);
    }
    for (const auto& [key, member] : value.as_object()) {
      if (isKept(key) && kept + others <= bytes) {
        ASSERT_EQ(after.at(key), member) << "seed " << seed;
      }
    }
  }
}

}  // namespace
}  // namespace millrace
