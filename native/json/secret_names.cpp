#include "json/secret_names.hpp"

#include <algorithm>

namespace millrace {
namespace {

bool isSeparator(char character) {
  return character == '_' || character == '-' || character == '.' || character == ' ';
}
bool isUpper(char character) { return character >= 'A' && character <= 'Z'; }
char lower(char character) { return isUpper(character) ? static_cast<char>(character | 0x20) : character; }

std::string normalized(std::string_view text) {
  std::string plain;
  for (const char character : text) {
    if (!isSeparator(character)) {
      plain.push_back(lower(character));
    }
  }
  return plain;
}

// The place of the last character before `at` that is no separator; npos when there is none.
std::size_t letterBefore(std::string_view key, std::size_t at) {
  constexpr std::size_t kMostSeparators = 4;  // in a row
  for (std::size_t left = kMostSeparators; at > 0 && left > 0 && isSeparator(key[at - 1]); --left) {
    --at;
  }
  return at == 0 ? std::string_view::npos : at - 1;
}

bool isAlphanumeric(char character) {
  const char lowerCase = lower(character);
  return (lowerCase >= 'a' && lowerCase <= 'z') || (character >= '0' && character <= '9');
}

// Before it is no letter and no digit, or an escape's, as in "\\npassword", or it begins a word of camel case.
bool isWordStart(std::string_view text, std::size_t at) {
  constexpr std::string_view kEscapes = "bfnrt";
  if (at == 0 || !isAlphanumeric(text[at - 1])) {
    return true;
  }
  const bool isEscape = at > 1 && text[at - 2] == '\\' && kEscapes.find(text[at - 1]) != std::string_view::npos;
  const bool isBeforeLower = at + 1 < text.size() && text[at + 1] >= 'a' && text[at + 1] <= 'z';
  return isEscape || (isUpper(text[at]) && (!isUpper(text[at - 1]) || isBeforeLower));
}

// Whether the text up to `end` ends with the name, and a word begins there.
bool endsWith(std::string_view text, std::size_t end, std::string_view name) {
  std::size_t at = end;
  for (std::size_t left = name.size(); left > 0; --left) {
    at = letterBefore(text, at);
    if (at == std::string_view::npos || lower(text[at]) != name[left - 1]) {
      return false;
    }
  }
  constexpr std::size_t kTelling = 8;  // no other word ends with such a long one: "PGPASSWORD"
  return name.size() >= kTelling || isWordStart(text, at);
}

}  // namespace

SecretNames::SecretNames(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    std::string plain = normalized(name);
    if (plain.size() < kTail) {
      continue;
    }
    const std::string tail = plain.substr(plain.size() - kTail);
    tails_.set(tailOf(tail.data()));
    if (isUpper(name[name.size() - 2])) {  // "sessionId" is for "session_id"
      for (const char separator : {'_', '-', '.', ' '}) {
        tails_.set(tailOf((separator + tail.substr(1)).data()));
      }
    }
    names_.emplace_back(tailOf(tail.data()), std::move(plain));
  }
  std::sort(names_.begin(), names_.end());
}

bool SecretNames::endAt(std::string_view text, std::size_t end) const {
  char tail[kTail] = {};
  std::size_t at = end;
  for (std::size_t left = kTail; left > 0; --left) {
    at = letterBefore(text, at);
    if (at == std::string_view::npos) {
      return false;
    }
    tail[left - 1] = text[at];
  }
  const std::size_t bits = tailOf(tail);
  auto name = std::lower_bound(names_.begin(), names_.end(), bits,
                               [](const auto& known, std::size_t wanted) { return known.first < wanted; });
  for (; name != names_.end() && name->first == bits; ++name) {
    if (endsWith(text, end, name->second)) {
      return true;
    }
  }
  return false;
}

}  // namespace millrace
