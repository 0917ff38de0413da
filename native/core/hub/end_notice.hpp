#pragma once

#include "core/base/byte_range.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace millrace {

// What tells a client that its stream ends, and why: a read gives it behind everything else. Most subscribers have none.
class EndNotice {
 public:
  void set(std::string_view text) { text_ = std::make_unique<std::string>(text); }
  [[nodiscard]] bool isEmpty() const { return text_ == nullptr; }

  // A read begins, which has not given it.
  void withhold() { isGiven_ = false; }
  // The read ends with it. It stays in place until taken().
  [[nodiscard]] std::string_view give() {
    isGiven_ = true;
    return *text_;
  }
  // All of the read was taken.
  void taken() {
    if (isGiven_) {
      text_.reset();
      isGiven_ = false;
    }
  }
  // From this byte of the read on; empty where the byte is not in it.
  [[nodiscard]] std::string_view restFrom(const char* firstUntaken) const {
    const std::string_view given = isGiven_ ? *text_ : std::string_view();
    return contains(given, firstUntaken) ? given.substr(static_cast<std::size_t>(firstUntaken - given.data())) : "";
  }

 private:
  std::unique_ptr<std::string> text_;
  bool isGiven_ = false;
};

}  // namespace millrace
