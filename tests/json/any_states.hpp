#pragma once

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <random>
#include <string>
#include <string_view>

namespace millrace {

namespace json = boost::json;

// Any JSON, and changes of it, from a seed.
class AnyStates {
 public:
  explicit AnyStates(std::uint32_t seed) : random_(seed) {}

  json::value value(int depth) {
    switch (below(depth > 3 ? 5 : 8)) {
      case 0:
        return static_cast<std::int64_t>(below(5));
      case 1:
        return below(3) == 0 ? json::value(nullptr) : json::value(true);
      case 2:
      case 3:
        return json::string(text());
      case 4: {
        json::array list;
        for (std::size_t left = below(4); left > 0; --left) {
          list.push_back(value(depth + 1));
        }
        return list;
      }
      default:
        return object(depth);
    }
  }

  json::object object(int depth) {
    json::object object;
    for (std::size_t left = below(below(6) == 0 ? 40 : 6); left > 0; --left) {
      object[key()] = value(depth + 1);
    }
    return object;
  }

  // Changes some of it, mostly little.
  void change(json::value& value, int depth) {
    if (!value.is_object() || below(8) == 0) {
      value = this->value(depth);
      return;
    }
    json::object& object = value.as_object();
    if (object.empty() || below(4) == 0) {
      object[key()] = this->value(depth + 1);
    } else if (below(5) == 0) {
      object.erase(object.begin());  // the last one takes its place
    } else {
      change((object.begin() + static_cast<std::ptrdiff_t>(below(object.size())))->value(), depth + 1);
    }
  }

  std::size_t below(std::size_t bound) { return random_() % bound; }

 private:
  std::string key() { return below(5) == 0 ? text() : "k" + std::to_string(below(12)); }

  std::string text() {
    static constexpr std::string_view kParts[] = {"a", "b", "\"", "\\",   "{",  "}", "[",
                                                  "]", ",", ":",  "null", "\n", "ä"};
    std::string all;
    for (std::size_t left = below(below(6) == 0 ? 80 : 4); left > 0; --left) {
      all += kParts[below(std::size(kParts))];
    }
    return all;
  }

  std::mt19937 random_;
};

}  // namespace millrace
