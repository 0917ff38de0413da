#include "json/json_outline.hpp"

#include "json/json_scan.hpp"

#include <limits>
#include <utility>

namespace millrace {
namespace {

constexpr std::size_t kGreatestDepth = 100;

}  // namespace

std::optional<JsonOutline> JsonOutline::of(std::string_view json) {
  JsonOutline outline(json);
  const bool isRead = json.size() < std::numeric_limits<std::uint32_t>::max() && outline.read();
  return isRead ? std::optional(std::move(outline)) : std::nullopt;
}

std::vector<const JsonOutline::Value*> JsonOutline::childrenOf(const Value& value) const {
  std::vector<const Value*> children;
  children.reserve(value.children);
  for (std::uint32_t child = value.firstChild; child != 0; child = values_[child].nextSibling) {
    children.push_back(&values_[child]);
  }
  return children;
}

// One value after the other; those that are open are on a stack of their own.
bool JsonOutline::read() {
  struct Open {
    std::uint32_t value;
    std::uint32_t lastChild;
  };
  std::vector<Open> open;
  std::size_t at = skipSpace(text_, 0);
  while (true) {
    const auto index = static_cast<std::uint32_t>(values_.size());
    Value value;
    if (!open.empty()) {
      Value& parent = values_[open.back().value];
      if (parent.kind == Kind::object) {
        const std::size_t keyEnd = stringEnd(text_, at + 1) + 1;
        if (at >= text_.size() || text_[at] != '"' || keyEnd >= text_.size()) {
          return false;
        }
        value.keyFrom = static_cast<std::uint32_t>(at);
        value.keyTo = static_cast<std::uint32_t>(keyEnd);
        at = skipSpace(text_, keyEnd);
        if (at >= text_.size() || text_[at] != ':') {
          return false;
        }
        at = skipSpace(text_, at + 1);
      }
      (open.back().lastChild == 0 ? parent.firstChild : values_[open.back().lastChild].nextSibling) = index;
      open.back().lastChild = index;
      ++parent.children;
    }
    if (at >= text_.size()) {
      return false;
    }
    value.from = static_cast<std::uint32_t>(at);
    const char first = text_[at];
    const bool isContainer = first == '{' || first == '[';
    if (isContainer && open.size() < kGreatestDepth) {
      value.kind = first == '{' ? Kind::object : Kind::array;
      values_.push_back(value);
      at = skipSpace(text_, at + 1);
      if (at >= text_.size()) {
        return false;
      }
      if (text_[at] != '}' && text_[at] != ']') {
        open.push_back({index, 0});
        continue;
      }
      values_.back().to = static_cast<std::uint32_t>(++at);
    } else {
      const std::size_t end = valueEnd(text_, at);
      if (end == at) {
        return false;
      }
      value.kind = isContainer ? Kind::deep : (first == '"' ? Kind::string : Kind::other);
      value.to = static_cast<std::uint32_t>(end);
      values_.push_back(value);
      at = end;
    }
    at = skipSpace(text_, at);
    while (!open.empty() && at < text_.size() && (text_[at] == '}' || text_[at] == ']')) {
      values_[open.back().value].to = static_cast<std::uint32_t>(++at);
      open.pop_back();
      at = skipSpace(text_, at);
    }
    if (open.empty()) {
      return at == text_.size();
    }
    if (at >= text_.size() || text_[at] != ',') {
      return false;
    }
    at = skipSpace(text_, at + 1);
  }
}

}  // namespace millrace
