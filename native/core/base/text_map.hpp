#pragma once

#include "core/base/hash.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace millrace {

// Looks up strings by views, without making a string. Clients name channels and users: the hash is keyed, so that nobody can
// choose names that all fall into one bucket.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return static_cast<std::size_t>(hash64(text)); }
};

template <typename Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

}  // namespace millrace
