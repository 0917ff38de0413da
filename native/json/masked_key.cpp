#include "json/masked_key.hpp"

#include "json/json_structure.hpp"

#include <algorithm>
#include <cstddef>

namespace millrace {
namespace {

constexpr std::size_t kUuid = 36;
constexpr std::size_t kLeastHash = 8;

bool isDigit(char character) { return character >= '0' && character <= '9'; }
bool isHex(char character) {
  const char lower = static_cast<char>(character | 0x20);
  return isDigit(character) || (lower >= 'a' && lower <= 'f');
}
bool isAlphanumeric(char character) {
  const char lower = static_cast<char>(character | 0x20);
  return isDigit(character) || (lower >= 'a' && lower <= 'z');
}

// 8-4-4-4-12 (RFC 9562, 4).
bool isUuid(std::string_view text) {
  for (std::size_t at = 0; at < kUuid; ++at) {
    const bool isHyphen = at == 8 || at == 13 || at == 18 || at == 23;
    if (at >= text.size() || (isHyphen ? text[at] != '-' : !isHex(text[at]))) {
      return false;
    }
  }
  return true;
}

void appendMasked(std::string_view text, std::string& key) {
  for (std::size_t at = 0; at < text.size();) {
    if (!isAlphanumeric(text[at])) {
      key.push_back(text[at++]);
      continue;
    }
    if (isUuid(text.substr(at))) {
      key.push_back('#');
      at += kUuid;
      continue;
    }
    const auto* const end = std::find_if_not(text.begin() + at, text.end(), isAlphanumeric);
    const std::string_view word = text.substr(at, static_cast<std::size_t>(end - text.begin()) - at);
    const bool isHash = word.size() >= kLeastHash && std::all_of(word.begin(), word.end(), isHex) &&
                        std::any_of(word.begin(), word.end(), isDigit);
    if (isHash) {
      key.push_back('#');
    } else {
      for (std::size_t place = 0; place < word.size(); ++place) {
        const bool isMore = isDigit(word[place]) && place > 0 && isDigit(word[place - 1]);
        if (!isMore) {
          key.push_back(isDigit(word[place]) ? '#' : word[place]);
        }
      }
    }
    at += word.size();
  }
}

// The text of a member's value; empty where there is none.
std::string_view memberOf(std::string_view json, std::string_view path) {
  const std::size_t dot = path.find('.');
  const std::string_view name = path.substr(0, dot);
  JsonChildren members(json);
  while (const JsonChild* const member = members.next()) {
    if (member->key.size() >= 2 && member->key.substr(1, member->key.size() - 2) == name) {
      return dot == std::string_view::npos ? member->value : memberOf(member->value, path.substr(dot + 1));
    }
  }
  return {};
}

}  // namespace

std::string maskedKey(std::string_view type, std::string_view json, const std::vector<std::string>& fields) {
  std::string key(type);
  for (const std::string_view field : fields) {
    const bool mayBeMissing = field.ends_with('?');
    const std::string_view value = memberOf(json, field.substr(0, field.size() - (mayBeMissing ? 1 : 0)));
    if (value.empty() && !mayBeMissing) {
      return "";
    }
    key.push_back('\n');  // which stands in no value
    // A whole number is a level or a code.
    value.starts_with('"') ? appendMasked(value, key) : static_cast<void>(key.append(value));
  }
  return fields.empty() ? "" : key;
}

}  // namespace millrace
