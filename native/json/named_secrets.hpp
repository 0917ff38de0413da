#pragma once

#include "json/searched_text.hpp"
#include "json/secret_names.hpp"

#include <cstddef>

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
  void redactMember(std::size_t at, std::size_t backslashes);
  void redactWithin(std::size_t at, std::size_t backslashes);

  SearchedText& text_;
  const SecretNameSets names_;
};

}  // namespace millrace
