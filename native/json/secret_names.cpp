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
  while (at > 0 && isSeparator(key[at - 1])) {
    --at;
  }
  return at == 0 ? std::string_view::npos : at - 1;
}

bool isWordStart(std::string_view key, std::size_t at) {
  return at == 0 || isSeparator(key[at - 1]) || (isUpper(key[at]) && !isUpper(key[at - 1]));
}

// Whether the key ends with the name, and a word begins there.
bool endsWith(std::string_view key, std::string_view name) {
  std::size_t at = key.size();
  for (std::size_t left = name.size(); left > 0; --left) {
    at = letterBefore(key, at);
    if (at == std::string_view::npos || lower(key[at]) != name[left - 1]) {
      return false;
    }
  }
  return isWordStart(key, at);
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

bool SecretNames::contain(std::string_view key) const {
  char tail[kTail] = {};
  std::size_t at = key.size();
  for (std::size_t left = kTail; left > 0; --left) {
    at = letterBefore(key, at);
    if (at == std::string_view::npos) {
      return false;
    }
    tail[left - 1] = key[at];
  }
  const std::size_t bits = tailOf(tail);
  auto name = std::lower_bound(names_.begin(), names_.end(), std::pair(bits, std::string()));
  for (; name != names_.end() && name->first == bits; ++name) {
    if (endsWith(key, name->second)) {
      return true;
    }
  }
  return false;
}

}  // namespace millrace
