#include "json/searched_text.hpp"

#include "json/json_scan.hpp"

#include <algorithm>

namespace millrace {

std::size_t SearchedText::runStart(std::size_t place, const CharacterSet& set) const {
  constexpr std::size_t kFarthest = 256;
  std::size_t from = place;
  while (from > 0 && place - from < kFarthest && set.has(text_[from - 1])) {
    --from;
  }
  return from;
}

std::size_t SearchedText::runEnd(std::size_t place, const CharacterSet& set) const {
  std::size_t to = place;
  while (to < text_.size() && set.has(text_[to])) {
    ++to;
  }
  return to;
}

std::size_t SearchedText::behindEscape(std::size_t place) const {
  constexpr std::size_t kHexDigits = 4;
  if (kind_ == TextKind::plain || before(place) != '\\' || !isEscaped(text_, place)) {
    return place;
  }
  return std::min(place + 1 + (at(place) == 'u' ? kHexDigits : 0), text_.size());
}

SecretSpan SearchedText::literalAt(std::size_t place) const {
  constexpr CharacterSet kLiteral{"A-Za-z0-9+.-"};
  return {runStart(place, kLiteral), runEnd(place, kLiteral), true};
}

void SearchedText::add(std::size_t from, std::size_t to, bool isValue) {
  if (from < to) {
    found_.push_back({from, to, isValue});
    farthest_ = to > farthest_.to ? found_.back() : farthest_;
  }
}

}  // namespace millrace
