#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace millrace {

// Numbers and texts one behind the other in one text: a number in decimal and a space, a text behind its size.
inline void appendNumber(std::uint64_t number, std::string& to) { to.append(std::to_string(number)).append(1, ' '); }
inline void appendText(std::string_view text, std::string& to) {
  appendNumber(text.size(), to);
  to.append(text);
}

// Reads what those wrote. What it reads of another text is anything, and isRight() says so.
class TextFields {
 public:
  explicit TextFields(std::string_view text) : left_(text) {}

  [[nodiscard]] std::uint64_t number() {
    std::uint64_t number = 0;
    const char* const last = left_.data() + left_.size();
    const auto [end, error] = std::from_chars(left_.data(), last, number);
    if (error != std::errc() || end == last || *end != ' ') {
      isRight_ = false;
      return 0;
    }
    left_.remove_prefix(static_cast<std::size_t>(end - left_.data()) + 1);
    return number;
  }
  [[nodiscard]] std::string_view text() {
    const auto size = static_cast<std::size_t>(number());
    isRight_ = isRight_ && size <= left_.size();
    const std::string_view text = isRight_ ? left_.substr(0, size) : std::string_view();
    left_.remove_prefix(text.size());
    return text;
  }
  // What is left.
  [[nodiscard]] std::string_view rest() const { return left_; }
  [[nodiscard]] bool isRight() const { return isRight_; }

 private:
  std::string_view left_;
  bool isRight_ = true;
};

}  // namespace millrace
