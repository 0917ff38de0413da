#pragma once

#include "addon/convert.hpp"

#include <napi.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace millrace {

// The members of an object that may be left out.
class Given {
 public:
  // The object outlives it.
  explicit Given(const Napi::Object& object) : object_(object) {}

  [[nodiscard]] std::optional<std::size_t> whole(const char* name) const {
    const Napi::Value value = object_.Get(name);
    return isGiven(value) ? std::optional<std::size_t>(toWhole(value, name)) : std::nullopt;
  }
  [[nodiscard]] std::optional<Millis> millis(const char* name) const {
    const Napi::Value value = object_.Get(name);
    return isGiven(value) ? std::optional(toMillis(value, name)) : std::nullopt;
  }
  [[nodiscard]] std::optional<double> number(const char* name) const {
    const Napi::Value value = object_.Get(name);
    return isGiven(value) ? std::optional(toNumber(value, name)) : std::nullopt;
  }
  [[nodiscard]] std::string text(const char* name) const {
    const Napi::Value value = object_.Get(name);
    return isGiven(value) ? toText(value, name) : "";
  }
  [[nodiscard]] std::optional<std::vector<std::string>> texts(const char* name) const {
    const Napi::Value value = object_.Get(name);
    return isGiven(value) ? std::optional(toTexts(value, name)) : std::nullopt;
  }
  [[nodiscard]] bool flag(const char* name) const {
    const Napi::Value value = object_.Get(name);
    return isGiven(value) && toFlag(value, name);
  }

 private:
  const Napi::Object& object_;
};

}  // namespace millrace
