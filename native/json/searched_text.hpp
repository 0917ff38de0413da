#pragma once

#include "json/character_set.hpp"
#include "json/secret_span.hpp"
#include "json/text_kind.hpp"

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

// A text, and the secrets that were found in it so far.
class SearchedText {
 public:
  // `text` outlives it.
  SearchedText(std::string_view text, TextKind kind) : text_(text), kind_(kind) {}

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] TextKind kind() const { return kind_; }
  // NUL outside of it.
  [[nodiscard]] char at(std::size_t place) const { return place < text_.size() ? text_[place] : '\0'; }
  [[nodiscard]] char before(std::size_t place) const { return place > 0 ? text_[place - 1] : '\0'; }

  // The first of the characters before `place` that all are of the set; of more than 256, the 256th. So the time stays linear.
  [[nodiscard]] std::size_t runStart(std::size_t place, const CharacterSet& set) const;
  // Behind the last of those from there on.
  [[nodiscard]] std::size_t runEnd(std::size_t place, const CharacterSet& set) const;
  // The letter there may be an escape's, in JSON: "\nghp_…" begins with a key. Then behind the escape.
  [[nodiscard]] std::size_t behindEscape(std::size_t place) const;

  // The number, true, false or null there, of which a part cannot be replaced; an empty span where there is none.
  [[nodiscard]] SecretSpan literalAt(std::size_t place) const;
  // `isValue`: see SecretSpan. Nothing where it is empty.
  void add(std::size_t from, std::size_t to, bool isValue = false);
  // The place lies in a secret that was found: what is in there need not be looked at.
  [[nodiscard]] bool isFound(std::size_t place) const { return farthest_.from <= place && place < farthest_.to; }
  // In no order; they may overlap.
  [[nodiscard]] std::vector<SecretSpan> takeFound() { return std::move(found_); }

 private:
  const std::string_view text_;
  const TextKind kind_;
  std::vector<SecretSpan> found_;
  SecretSpan farthest_;  // of those, the one that ends last
};

}  // namespace millrace
