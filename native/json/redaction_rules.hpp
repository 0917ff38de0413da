#pragma once

#include "json/secret_patterns.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace millrace {

// A pattern of the application's own.
struct OwnPattern {
  std::string prefix;  // not empty
  std::string characters = "A-Za-z0-9_-";
  std::size_t least = 16;
  std::size_t most = 512;
};

// What is secret in an event's data.
struct RedactionRules {
  std::vector<std::string> keys;   // names of members, beside those that always are; see SecretNames
  std::vector<std::string> paths;  // "user.*.token": members by their names from the top, `*` for any member or element
  std::vector<OwnPattern> patterns;
  bool emails = false;  // e-mail addresses
};

}  // namespace millrace
