#include "json/redactor.hpp"

#include "json/json_scan.hpp"
#include "json/secret_finder.hpp"

#include <algorithm>

namespace millrace {
namespace {

std::vector<std::string> with(std::vector<std::string> names, const std::vector<std::string>& more) {
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

// Not "token": in a stream of a model's answer that is the text.
const std::vector<std::string>& memberNames() {
  static const std::vector<std::string> names = {
      "password",
      "passwd",
      "pwd",
      "passphrase",
      "passcode",
      "secret",
      "secretKey",
      "clientSecret",
      "apiKey",
      "apiSecret",
      "accessKey",
      "accessKeyId",
      "secretAccessKey",
      "privateKey",
      "signingKey",
      "encryptionKey",
      "masterKey",
      "accountKey",
      "sharedAccessKey",
      "accessToken",
      "refreshToken",
      "idToken",
      "authToken",
      "apiToken",
      "sessionToken",
      "securityToken",
      "bearerToken",
      "userToken",
      "csrfToken",
      "xsrfToken",
      "authorization",
      "cookie",
      "setCookie",
      "sessionId",
      "credentials",
      "connectionString",
      "cvv",
      "cvc",
      "cardNumber",
      "ssn",
      "otp",
      "pin",
      "mnemonic",
      "seedPhrase",
      "jwt",
      "webhookSecret",
      "botToken",
      "deployKey",
      "licenseKey",
      "personalAccessToken",
      "oauthToken",
      "serviceAccountKey",
  };
  return names;
}

const std::vector<std::string>& headerNames() {
  static const std::vector<std::string> names = {"authorization", "cookie", "setCookie", "xApiKey", "xAuthToken"};
  return names;
}

// Sorted, and what overlaps is one.
std::vector<SecretSpan> united(std::vector<SecretSpan> spans) {
  std::sort(spans.begin(), spans.end(), [](const SecretSpan& left, const SecretSpan& right) {
    return left.from != right.from ? left.from < right.from : left.to > right.to;
  });
  std::vector<SecretSpan> all;
  for (const SecretSpan& span : spans) {
    if (all.empty() || span.from >= all.back().to) {
      all.push_back(span);
    } else {
      all.back().to = std::max(all.back().to, span.to);
      all.back().isValue = all.back().isValue || span.isValue;
    }
  }
  return all;
}

}  // namespace

Redactor::Redactor(const RedactionRules& rules)
    : members_(with(memberNames(), rules.keys)),
      assigned_(with(with(memberNames(), {"token", "sig", "signature"}), rules.keys)),
      headers_(headerNames()),
      paths_(rules.paths),
      emails_(rules.emails ? SecretFinder::Emails::areSecret : SecretFinder::Emails::stay) {
  for (const OwnPattern& pattern : rules.patterns) {
    if (!pattern.prefix.empty()) {
      patterns_.emplace_back(pattern);
    }
  }
}

std::optional<Redactor::Result> Redactor::redact(std::string_view text, TextKind kind) const {
  std::vector<SecretSpan> spans = SecretFinder(text, kind, {members_, assigned_, headers_}, emails_).find();
  if (kind == TextKind::json) {
    paths_.find(text, spans);
  }
  findOwn(text, kind, spans);
  if (spans.empty()) {
    return std::nullopt;
  }
  Result result;
  std::size_t copied = 0;
  for (const SecretSpan& span : united(std::move(spans))) {
    result.text.append(text.substr(copied, span.from - copied));
    result.text.append(span.isValue ? "\"" : "").append(kReplacement).append(span.isValue ? "\"" : "");
    copied = span.to;
    ++result.secrets;
  }
  result.text.append(text.substr(copied));
  return result;
}

void Redactor::findOwn(std::string_view text, TextKind kind, std::vector<SecretSpan>& found) const {
  const SearchedText searched(text, kind);
  for (const Pattern& pattern : patterns_) {
    const SecretPattern as{pattern.own.prefix, pattern.characters, pattern.own.least, pattern.own.most};
    StringTracker strings(text);
    for (std::size_t at = text.find(as.prefix); at != std::string_view::npos; at = text.find(as.prefix, at)) {
      // A letter of an escape is none of the text's.
      const std::optional<std::size_t> end = searched.behindEscape(at) == at ? matchEnd(as, text, at) : std::nullopt;
      const bool isWithin = kind == TextKind::plain || strings.isWithin(at);
      const SecretSpan span = isWithin || !end ? SecretSpan{at, end.value_or(at), false} : searched.literalAt(at);
      if (span.from < span.to) {
        found.push_back(span);
      }
      at = std::max(span.to, at + 1);
    }
  }
}

}  // namespace millrace
