#include "json/secret_names.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace millrace {
namespace {

TEST(SecretNames, caseAndSeparatorsAreIgnored) {
  const SecretNames names({"apiKey", "password"});
  for (const char* const key :
       {"apiKey", "apikey", "API_KEY", "api-key", "Api.Key", "api key", "password", "PASSWORD"}) {
    EXPECT_TRUE(names.contain(key)) << key;
  }
  for (const char* const key : {"", "key", "api", "apiKeys", "passwords", "apiKeyId"}) {
    EXPECT_FALSE(names.contain(key)) << key;
  }
}

TEST(SecretNames, aKeyMayEndWithAName) {
  const SecretNames names({"apiKey", "pin"});
  for (const char* const key : {"stripeApiKey", "STRIPE_API_KEY", "x-api-key", "cardPin", "card_pin", "4Pin"}) {
    EXPECT_TRUE(names.contain(key)) << key;
  }
  for (const char* const key : {"myapikey", "spin", "SPIN", "Spin", "opinion", "pinned"}) {
    EXPECT_FALSE(names.contain(key)) << key;
  }
}

TEST(SecretNames, theLastWordMayHaveTwoLetters) {
  const SecretNames names({"sessionId"});
  for (const char* const key : {"sessionId", "session_id", "SESSION-ID", "userSessionId"}) {
    EXPECT_TRUE(names.contain(key)) << key;
    EXPECT_TRUE(names.mayEndAt(key, std::string_view(key).size())) << key;
  }
}

TEST(SecretNames, whatNoNameEndsWithIsKnownQuickly) {
  const SecretNames names({"apiKey"});
  EXPECT_TRUE(names.mayEndAt("API_KEY", 7));
  EXPECT_TRUE(names.mayEndAt("monkey", 6));
  EXPECT_FALSE(names.mayEndAt("label", 5));
  EXPECT_FALSE(names.mayEndAt("key", 2));
  EXPECT_FALSE(names.mayEndAt("", 0));
}

TEST(SecretNames, namesOfFewerThanThreeLettersAreIgnored) {
  const SecretNames names({"id", "_-_", ""});
  EXPECT_FALSE(names.contain("id"));
  EXPECT_FALSE(names.contain("___"));
}

TEST(SecretNames, aKeyOfAnyLengthIsLookedAtFromItsEnd) {
  const SecretNames names({"apiKey"});
  EXPECT_TRUE(names.contain(std::string(100000, 'x') + "ApiKey"));
  EXPECT_FALSE(names.contain("a" + std::string(100000, '_')));
}

}  // namespace
}  // namespace millrace
