#pragma once

#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

// Names of members whose values are secret. Case and `_`, `-`, `.`, spaces are ignored; a key that ends with a name is meant, too, where
// a word begins there: "apiKey" is for "API_KEY" and "stripeApiKey", and not for "myapikey".
class SecretNames {
 public:
  // Of at least three letters or digits; the others are ignored.
  explicit SecretNames(const std::vector<std::string>& names);

  [[nodiscard]] bool contain(std::string_view key) const { return endAt(key, key.size()); }
  // Whether a key that ends there in a text is meant, wherever it begins.
  [[nodiscard]] bool endAt(std::string_view text, std::size_t end) const;
  // Whether a text that ends there may end with a name: most do not, and this is quick.
  [[nodiscard]] bool mayEndAt(std::string_view text, std::size_t end) const {
    return end >= kTail && tails_[tailOf(text.data() + end - kTail)];
  }

 private:
  static constexpr std::size_t kTail = 3;
  static constexpr std::size_t kTailBits = 15;

  // Five bits of each of three characters, whatever their case.
  [[nodiscard]] static std::size_t tailOf(const char* tail) {
    const auto bits = [](char character) { return static_cast<std::size_t>(character) & 31U; };
    return bits(tail[0]) << 10U | bits(tail[1]) << 5U | bits(tail[2]);
  }

  std::bitset<std::size_t{1} << kTailBits> tails_;
  std::vector<std::pair<std::size_t, std::string>> names_;  // by their tails, sorted
};

}  // namespace millrace
