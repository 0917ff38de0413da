#include "json/redactor.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

namespace json = boost::json;

json::value parsed(const std::string& text) {
  json::parse_options options;
  options.max_depth = 1000;
  return json::parse(text, {}, options);
}

std::string withoutTildes(std::string text) {
  std::erase(text, '~');
  return text;
}

struct Case {
  std::string name;
  std::string text;
  TextKind kind = TextKind::json;
  std::string expected;
  std::size_t secrets = 0;
};

// What stands within a JSON string.
std::string inside(std::string_view text) {
  const std::string quoted = json::serialize(json::value(json::string(text)));
  return quoted.substr(1, quoted.size() - 2);
}

std::string replaced(std::string text, const json::array& secrets, TextKind kind) {
  for (const json::value& secret : secrets) {
    const std::string plain = withoutTildes(std::string(std::string_view(secret.as_string())));
    std::size_t length = 0;
    std::size_t at = std::string::npos;
    for (const std::string& written : {kind == TextKind::plain ? plain : inside(plain), plain}) {
      length = written.size();
      at = at == std::string::npos ? text.find(written) : at;
      if (at != std::string::npos) {
        break;
      }
    }
    if (at == std::string::npos) {
      ADD_FAILURE() << "the secret is not in the text: " << plain;
      return text;
    }
    const bool isValue = kind == TextKind::json && at > 0 && (text[at - 1] == ':' || text[at - 1] == '[') &&
                         text[at] != '"' && parsed(text).is_object() && text.find("\":" + plain) != std::string::npos;
    text.replace(at, length, isValue ? "\"[REDACTED]\"" : "[REDACTED]");
  }
  return text;
}

std::vector<Case> cases() {
  std::ifstream file(MILLRACE_VECTORS "/redaction.json", std::ios::binary);
  const json::value all = parsed(std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
  std::vector<Case> read;
  for (const json::value& one : all.at("cases").as_array()) {
    const json::object& of = one.as_object();
    Case next;
    next.name = std::string_view(of.at("name").as_string());
    next.kind = of.contains("text") ? TextKind::plain : TextKind::json;
    next.text = withoutTildes(next.kind == TextKind::plain ? std::string(std::string_view(of.at("text").as_string()))
                                                           : json::serialize(of.at("data")));
    next.secrets = of.at("secrets").as_array().size();
    next.expected = replaced(next.text, of.at("secrets").as_array(), next.kind);
    read.push_back(std::move(next));
  }
  return read;
}

std::string redacted(std::string_view text, TextKind kind = TextKind::json, const RedactionRules& rules = {}) {
  const auto result = Redactor(rules).redact(text, kind);
  return result ? result->text : std::string(text);
}

TEST(Redactor, theCorpus) {
  std::size_t secrets = 0;
  std::size_t found = 0;
  std::size_t lookAlikes = 0;
  std::size_t spared = 0;
  for (const Case& one : cases()) {
    const std::string result = redacted(one.text, one.kind);
    EXPECT_EQ(result, one.expected) << one.name;
    (one.secrets > 0 ? secrets : lookAlikes) += 1;
    (one.secrets > 0 ? found : spared) += result == one.expected ? 1 : 0;
  }
  EXPECT_GE(secrets + lookAlikes, 300U);
  std::cout << "redaction: " << found << " of " << secrets << " secrets found, " << lookAlikes - spared << " of "
            << lookAlikes << " look-alikes taken for one\n";
}

// However the text lies in blocks of sixty-four.
TEST(Redactor, whereverASecretLies) {
  for (const Case& one : cases()) {
    if (one.kind != TextKind::json || one.text.size() > 400) {
      continue;
    }
    for (std::size_t shift = 0; shift < 64; ++shift) {
      const std::string before = "{\"" + std::string(shift, ' ') + "\":";
      ASSERT_EQ(redacted(before + one.text + "}"), before + one.expected + "}") << one.name << ", shifted by " << shift;
    }
  }
}

TEST(Redactor, whatIsCleanCostsNoCopy) {
  EXPECT_FALSE(Redactor({}).redact(R"({"message":"all is well"})", TextKind::json));
  EXPECT_FALSE(Redactor({}).redact("", TextKind::plain));
}

TEST(Redactor, howManyWereReplaced) {
  const auto result = Redactor({}).redact(R"({"password":"a","b":{"apiKey":"c"},"d":1})", TextKind::json);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->secrets, 2U);
  EXPECT_EQ(result->text, R"({"password":"[REDACTED]","b":{"apiKey":"[REDACTED]"},"d":1})");
}

TEST(Redactor, keysPathsAndPatternsOfTheApplicationsOwn) {
  RedactionRules rules;
  rules.keys = {"employeeNumber"};
  rules.paths = {"user.*.token"};
  rules.patterns = {{"acme_", "a-f0-9", 8, 8}, {"№", "0-9", 3, 5}};
  EXPECT_EQ(redacted(R"({"employee_number":77,"user":{"ann":{"token":"x"}},"token":"kept"})", TextKind::json, rules),
            R"({"employee_number":"[REDACTED]","user":{"ann":{"token":"[REDACTED]"}},"token":"kept"})");
  EXPECT_EQ(redacted(R"("acme_0123abcd acme_0123abcde acme_012 №123 №12")", TextKind::json, rules),
            R"("[REDACTED] acme_0123abcde acme_012 [REDACTED] №12")");
}

TEST(Redactor, aPatternInANumberReplacesAllOfIt) {
  RedactionRules rules;
  rules.patterns = {{"99", "0-9", 3, 5}};
  EXPECT_EQ(redacted(R"({"a":1299123.5,"b":[99123],"c":"99123x","99123":1})", TextKind::json, rules),
            R"({"a":"[REDACTED]","b":["[REDACTED]"],"c":"[REDACTED]x","[REDACTED]":1})");
}

TEST(Redactor, aPatternIsNoPartOfAnEscapeAndNoMark) {
  RedactionRules rules;
  rules.patterns = {{"tok_", "A-Za-z0-9", 4, 20}, {"[", "0-9", 4, 4}, {":", "0-9", 4, 4}, {"n", "0-9", 2, 2}};
  const std::string text = R"({"a":"x\tok_abcd","b":[1234],"c":12345,"d":"\n12"})";
  EXPECT_EQ(redacted(text, TextKind::json, rules), text);
  EXPECT_EQ(redacted(R"("tok_abcd n12 [1234")", TextKind::json, rules), R"("[REDACTED] [REDACTED] [REDACTED]")");
}

TEST(Redactor, addressesOnlyWhereTheyAreAskedFor) {
  RedactionRules rules;
  rules.emails = true;
  const std::string text =
      R"({"to":"ann.b+c@mail.example.com, bob@example.org.","at":"\nz@a.io","no":"a@b @c.de git@host x@1.2"})";
  EXPECT_EQ(redacted(text), text);
  EXPECT_EQ(redacted(text, TextKind::json, rules),
            R"({"to":"[REDACTED], [REDACTED].","at":"\n[REDACTED]","no":"a@b @c.de git@host x@1.2"})");
}

TEST(Redactor, overlappingSecretsAreOne) {
  EXPECT_EQ(redacted(R"({"password":"Bearer abcdefghijklmnopqrstuv","x":1})"), R"({"password":"[REDACTED]","x":1})");
  EXPECT_EQ(redacted(R"({"credentials":{"password":"x"},"n":[1]})"), R"({"credentials":"[REDACTED]","n":[1]})");
}

// Any JSON stays JSON, and a second time changes nothing.
TEST(Redactor, jsonStaysJson) {
  std::mt19937 random(7);
  const std::vector<Case> all = cases();
  const auto pick = [&](const auto& list) -> const auto& { return list[random() % list.size()]; };
  const std::vector<std::string> keys = {"a",     "password", "apiKey", "x\\\"y",     "\\\\",
                                         "token", "pin",      "note",   "-----BEGIN "};
  for (int round = 0; round < 3000; ++round) {
    std::string text = "{";
    for (std::size_t members = 1 + random() % 5; members > 0; --members) {
      const Case* value = &pick(all);
      while (value->kind != TextKind::json) {
        value = &pick(all);
      }
      text += "\"" + pick(keys) + "\":" + (random() % 3 == 0 ? "[" + value->text + "]" : value->text);
      text += members > 1 ? "," : "}";
    }
    RedactionRules rules;
    rules.emails = random() % 2 == 0;
    rules.paths = {"*.message", "a.0"};
    const std::string result = redacted(text, TextKind::json, rules);
    ASSERT_NO_THROW(parsed(result)) << text << "\n" << result;
    ASSERT_EQ(redacted(result, TextKind::json, rules), result);
  }
}

// What would make a search from each place go over the whole text takes no longer than what is clean, by far.
TEST(Redactor, theTimeIsLinear) {
  const auto repeated = [](std::string_view part) {
    std::string text;
    while (text.size() < (std::size_t{1} << 20U)) {
      text += part;
    }
    return text;
  };
  for (const std::string_view part : {"sk-",
                                      "eyJaaaaaaaaaaaaaaaa.",
                                      "-----BEGIN RSA PRIVATE KEY",
                                      "a:b@",
                                      "://a:",
                                      "password=",
                                      "\"password\":",
                                      "4111 ",
                                      "4111-",
                                      "Bearer ",
                                      "aaaaaaaaaaaaaaaa.",
                                      "\\\"password\\\":\\\"",
                                      "\\\\\\\\",
                                      "xoxb-1-",
                                      "github_pat_",
                                      "@a.b",
                                      "authorization:",
                                      "cookie:",
                                      "\\\"pin\\\":{",
                                      "[",
                                      "4111111111111111,"}) {
    const std::string text = repeated(part);
    RedactionRules rules;
    rules.emails = true;
    rules.paths = {"*.*.*"};
    rules.patterns = {{"a", "a-z", 2, 1000}};
    for (const TextKind kind : {TextKind::json, TextKind::plain}) {
      static_cast<void>(Redactor(rules).redact(text, kind));
    }
  }
}

}  // namespace
}  // namespace millrace
