#pragma once

#include "json/searched_text.hpp"
#include "json/secret_names.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace millrace {

// Names that are secret, by where they stand.
struct SecretNameSets {
  const SecretNames& members;   // "name": value
  const SecretNames& assigned;  // name=value
  const SecretNames& headers;   // name: value, within a text
};

// Finds the secrets of a text that show by the name before them.
class NamedSecrets {
 public:
  // Both outlive it.
  NamedSecrets(SearchedText& text, const SecretNameSets& names) : text_(text), names_(names) {}

  // Whether a secret's name may stand before the colon. There are many colons, mostly behind the names of members, of which most are
  // no secret's: this is quick.
  [[nodiscard]] bool mayFollowName(std::size_t colon) const;
  void seeColon(std::size_t at);
  void seeEquals(std::size_t at);

 private:
  void redactHeader(std::size_t colon);
  [[nodiscard]] std::size_t headerEnd(std::size_t from, char quote, std::size_t most) const;
  [[nodiscard]] bool isHarmless(std::size_t nameEnd, std::string_view value) const;
  void redactMember(std::size_t nameEnd, std::size_t at, std::size_t backslashes);
  void redactWithin(std::size_t at, std::size_t backslashes);
  [[nodiscard]] std::optional<std::size_t> endsLevel(std::size_t quote, std::size_t backslashes) const;
  [[nodiscard]] std::size_t endWithin(std::size_t from, std::size_t backslashes) const;
  [[nodiscard]] std::size_t containerEndWithin(std::size_t from, std::size_t backslashes) const;

  SearchedText& text_;
  const SecretNameSets names_;
};

}  // namespace millrace
