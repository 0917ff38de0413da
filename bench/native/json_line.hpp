#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace bench {

// One flat JSON object, as the bench's programs exchange them line by line: strings, numbers, true and false. Anything
// nested is refused, because nobody here sends it.
class JsonLine {
 public:
  [[nodiscard]] static std::optional<JsonLine> parse(std::string_view text);

  [[nodiscard]] std::string text(const std::string& key, const std::string& otherwise = "") const;
  [[nodiscard]] std::int64_t number(const std::string& key, std::int64_t otherwise = 0) const;
  [[nodiscard]] bool flag(const std::string& key) const;

  // Each returns the object, so that answers can be written in one expression.
  JsonLine& set(const std::string& key, std::string_view text);
  // Without this one a literal would become true.
  JsonLine& set(const std::string& key, const char* text) { return set(key, std::string_view(text)); }
  JsonLine& set(const std::string& key, std::int64_t number);
  JsonLine& set(const std::string& key, bool value);

  // One line, with its line feed.
  [[nodiscard]] std::string line() const;

 private:
  std::map<std::string, std::string> raw_;  // the values as JSON text
};

// Writes the line to stdout at once.
void answer(const JsonLine& line);

}  // namespace bench
