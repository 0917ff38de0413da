#include "json/record_rules.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace millrace {
namespace {

class RecordRulesTest : public ::testing::Test {
 protected:
  static RecordRules rules() {
    MemberRule level{"level", JsonType::any, true, {"info", "warn"}};
    MemberRule message{"message", JsonType::string, true};
    message.minLength = 1;
    MemberRule duration{"duration", JsonType::number};
    duration.minimum = 0;
    MemberRule count{"count", JsonType::integer};
    count.minimum = -2.5;
    const MemberRule metadata{"metadata", JsonType::object};
    const MemberRule list{"list", JsonType::array};
    const MemberRule flag{"flag", JsonType::boolean};
    const MemberRule more{"more", JsonType::any, true};
    return RecordRules({{"log", {level, message, duration, count, metadata, list, flag}}, {"other", {more}}});
  }
  // `member: message`, or nothing.
  static std::string fault(std::string_view data, std::string_view type = "log", TextKind kind = TextKind::json) {
    const std::optional<RecordFault> fault = rules().faultOf(type, data, kind);
    return fault ? fault->member + ": " + fault->message : "";
  }
  // Of a record with these members beside those that it needs.
  static std::string with(std::string_view members) {
    return fault(R"({"level":"info","message":"m",)" + std::string(members) + "}");
  }
};

TEST_F(RecordRulesTest, aRecordHasWhatItNeeds) {
  EXPECT_EQ(fault(R"({"level":"info","message":"m"})"), "");
  EXPECT_EQ(fault(R"({ "message" : "m" , "level" : "warn" })"), "");
  EXPECT_EQ(fault(R"({"message":"m"})"), "level: level is missing: it must be one of info, warn");
  EXPECT_EQ(fault(R"({"level":"info"})"), "message: message is missing: it must be a string that is not empty");
  EXPECT_EQ(fault("{}", "other"), "more: more is missing: it must be any value");
  EXPECT_EQ(fault(R"({"more":null})", "other"), "");
}

TEST_F(RecordRulesTest, aTextIsOneOfThoseAllowed) {
  EXPECT_EQ(fault(R"({"level":"fatal","message":"m"})"), R"(level: level must be one of info, warn, not "fatal")");
  EXPECT_EQ(fault(R"({"level":"INFO","message":"m"})"), R"(level: level must be one of info, warn, not "INFO")");
  EXPECT_EQ(fault(R"({"level":"","message":"m"})"), R"(level: level must be one of info, warn, not "")");
  EXPECT_EQ(fault(R"({"level":1,"message":"m"})"), "level: level must be one of info, warn, not 1");
  EXPECT_EQ(fault(R"({"level":["info"],"message":"m"})"), "level: level must be one of info, warn, not an array");
  EXPECT_EQ(fault(R"({"level":")" + std::string(61, 'x') + R"(","message":"m"})"),
            "level: level must be one of info, warn, not a text of 61 bytes");
}

TEST_F(RecordRulesTest, aMemberIsOfItsType) {
  for (const auto& [members, said] : {
           std::pair{R"("duration":0)", ""},
           {R"("duration":12.5e3)", ""},
           {R"("duration":1e999)", ""},
           {R"("duration":-0.5)", "duration: duration must be a number of at least 0, not -0.5"},
           {R"("duration":-1e999)", "duration: duration must be a number of at least 0, not -1e999"},
           {R"("duration":"5")", R"(duration: duration must be a number of at least 0, not "5")"},
           {R"("duration":null)", "duration: duration must be a number of at least 0, not null"},
           {R"("duration":true)", "duration: duration must be a number of at least 0, not true"},
           {R"("count":-2)", ""},
           {R"("count":3.0)", ""},
           {R"("count":3.5)", "count: count must be an integer of at least -2.5, not 3.5"},
           {R"("count":-3)", "count: count must be an integer of at least -2.5, not -3"},
           {R"("metadata":{})", ""},
           {R"("metadata":[])", "metadata: metadata must be an object, not an array"},
           {R"("metadata":"{}")", R"(metadata: metadata must be an object, not "{}")"},
           {R"("list":[])", ""},
           {R"("list":{})", "list: list must be an array, not an object"},
           {R"("flag":false)", ""},
           {R"("flag":0)", "flag: flag must be a boolean, not 0"},
           {R"("else":0)", ""},
       }) {
    EXPECT_EQ(with(members), said) << members;
  }
}

TEST_F(RecordRulesTest, aTextIsCountedInCharacters) {
  MemberRule three{"a", JsonType::string};
  three.minLength = 3;
  const RecordRules rules({{"log", {three}}});
  const auto isLong = [&](std::string_view text) {
    return !rules.faultOf("log", R"({"a":")" + std::string(text) + R"("})", TextKind::json).has_value();
  };
  EXPECT_TRUE(isLong("abc"));
  EXPECT_TRUE(isLong("äöü"));
  EXPECT_TRUE(isLong(R"(\n\u0000\")"));
  EXPECT_TRUE(isLong("😀😀😀"));
  EXPECT_FALSE(isLong("😀😀"));
  EXPECT_FALSE(isLong(R"(\n\n)"));
  EXPECT_FALSE(isLong(R"(\u0000)"));
  EXPECT_FALSE(isLong(R"(\ud83d\ude00\\)"));
  EXPECT_EQ(rules.faultOf("log", R"({"a":"x"})", TextKind::json)->message,
            R"(a must be a string of at least 3 characters, not "x")");
}

TEST_F(RecordRulesTest, aSmallBoundIsSaidAsItIs) {
  MemberRule small{"a", JsonType::number};
  small.minimum = 1e-7;
  EXPECT_EQ(RecordRules({{"log", {small}}}).faultOf("log", R"({"a":0})", TextKind::json)->message,
            "a must be a number of at least 1e-07, not 0");
}

TEST_F(RecordRulesTest, aTextIsLongEnough) {
  EXPECT_EQ(fault(R"({"level":"info","message":""})"),
            R"(message: message must be a string that is not empty, not "")");
}

TEST_F(RecordRulesTest, eventsOfOtherTypesAreRefused) {
  EXPECT_EQ(fault("{}", "foo"), R"(event: event must be one of log, other, not "foo")");
  EXPECT_EQ(fault("{}", ""), R"(event: event must be one of log, other, not "message")");
  EXPECT_EQ(RecordRules(std::vector<RecordRule>{{"message", {}}}).faultOf("", "{}", TextKind::json).has_value(), false);
  EXPECT_EQ(RecordRules().faultOf("foo", "", TextKind::plain).has_value(), false) << "no rules";
}

TEST_F(RecordRulesTest, whatIsNoObjectIsNoRecord) {
  for (const std::string_view data : {"", "null", "[]", "\"level\"", "{", R"({"level":"info","message":"m")"}) {
    EXPECT_EQ(fault(data), "data: data must be an object") << data;
  }
  EXPECT_EQ(fault(R"({"level":"info","message":"m"})", "log", TextKind::plain), "data: data must be an object");
}

}  // namespace
}  // namespace millrace
