#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace millrace::sim {

// A promise was broken. The kind is one word, by which a shorter schedule is known to break the same one.
class Violation : public std::runtime_error {
 public:
  Violation(std::string kind, const std::string& text) : std::runtime_error(text), kind_(std::move(kind)) {}

  [[nodiscard]] const std::string& kind() const { return kind_; }

 private:
  std::string kind_;
};

}  // namespace millrace::sim
