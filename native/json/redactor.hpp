#pragma once

#include "json/json_paths.hpp"
#include "json/redaction_rules.hpp"
#include "json/secret_finder.hpp"
#include "json/secret_names.hpp"
#include "json/secret_span.hpp"
#include "json/text_kind.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

// Replaces secrets in the data of events by "[REDACTED]". What is replaced stays within a JSON string, or becomes one, so that
// JSON stays JSON. It is made once for its rules; calls from several threads may run at once.
//
// The time is linear in the text for all patterns: nothing is matched twice. A text in which nothing is secret is read once, sixty-four
// bytes at a time, and only looked at where a secret may begin: at runs of sixteen letters and digits, four digits, five hyphens, and at
// ":", "=" and "@".
class Redactor {
 public:
  explicit Redactor(const RedactionRules& rules);

  struct Result {
    std::string text;
    std::size_t secrets = 0;  // that were replaced
  };
  // None where there is nothing to redact.
  [[nodiscard]] std::optional<Result> redact(std::string_view text, TextKind kind) const;

 private:
  // As RedactionRules has it, with its characters in.
  struct Pattern {
    explicit Pattern(OwnPattern ownPattern) : own(std::move(ownPattern)), characters(own.characters) {}

    OwnPattern own;
    CharacterSet characters;
  };

  void findOwn(std::string_view text, TextKind kind, std::vector<SecretSpan>& found) const;

  const SecretNames members_;
  const SecretNames assigned_;
  const SecretNames headers_;
  const JsonPaths paths_;
  std::vector<Pattern> patterns_;
  const SecretFinder::Emails emails_;
};

}  // namespace millrace
