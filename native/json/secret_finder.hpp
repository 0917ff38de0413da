#pragma once

#include "json/byte_classes.hpp"
#include "json/secret_names.hpp"
#include "json/secret_span.hpp"
#include "json/text_kind.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace millrace {

// Names that are secret, by where they stand.
struct SecretNameSets {
  const SecretNames& members;   // "name": value
  const SecretNames& assigned;  // name=value
  const SecretNames& headers;   // name: value, within a text
};

// Finds the secrets of one text that show by themselves, or by the name before them.
class SecretFinder {
 public:
  struct What {
    SecretNameSets names;
    bool emails = false;
  };
  // `text` outlives it.
  SecretFinder(std::string_view text, TextKind kind, const What& what) : text_(text), kind_(kind), what_(what) {}

  // In no order; they may overlap.
  [[nodiscard]] std::vector<SecretSpan> find();

 private:
  void seeBlock(const ByteClasses& classes, std::size_t offset);
  // The places are those of the last byte that was needed to see it.
  void seeWordRun(std::size_t last);
  void seeDigits(std::size_t last);
  void seeOther(std::size_t at);
  void seeDash(std::size_t at);
  [[nodiscard]] bool mayFollowName(std::size_t colon) const;
  void seeColon(std::size_t at);
  void seeEquals(std::size_t at);
  void seeAt(std::size_t at);

  [[nodiscard]] bool findVendorKey(std::size_t from, std::size_t to);
  [[nodiscard]] bool findDotted(std::size_t from);
  [[nodiscard]] bool findJsonWebToken(std::size_t from, std::size_t to);
  void findBearer(std::size_t from);
  void findUrlPassword(std::size_t at);
  void findEmail(std::size_t at);
  void redactMember(std::size_t at, std::size_t backslashes);
  void redactWithin(std::size_t at, std::size_t backslashes);
  void add(std::size_t from, std::size_t to, bool isValue = false);

  // It lies in a secret that was found: what is in there is not looked at.
  [[nodiscard]] bool isDone(std::size_t at) const { return farthest_.from <= at && at < farthest_.to; }
  // The escape that the byte there belongs to may be a letter: "\nghp_…" begins with a key. Behind the escape.
  [[nodiscard]] std::size_t behindEscape(std::size_t at) const;
  [[nodiscard]] char charAt(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }
  [[nodiscard]] char charBefore(std::size_t at) const { return at > 0 ? text_[at - 1] : '\0'; }

  const std::string_view text_;
  const TextKind kind_;
  const What what_;
  RunFinder<16> words_;
  RunFinder<4> digits_;
  std::vector<SecretSpan> found_;
  SecretSpan farthest_;  // of those, the one that ends last
};

}  // namespace millrace
