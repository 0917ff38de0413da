#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace millrace {

// A JSON value that is changed by JSON Merge Patches (RFC 7396), from texts as JSON.stringify() writes them: names of members are compared
// as they are written. Numbers and texts stay as they are written, whatever their size, and members keep their places.
//
// Objects are taken apart, so that a patch costs what it changes, whatever else there is.
class JsonDocument {
 public:
  // Deeper objects are refused.
  static constexpr std::size_t kGreatestDepth = 200;

  // None: the text is no JSON, or its objects nest too deep. What lies within arrays is not looked at.
  [[nodiscard]] static std::optional<JsonDocument> parse(std::string_view json);

  // Applies a patch.
  void merge(JsonDocument patch) { root_.merge(std::move(patch.root_)); }
  [[nodiscard]] std::string text() const;

 private:
  struct Object;

  // An object, or the text of what is none.
  struct Value {
    Value();
    ~Value();
    Value(const Value&) = delete;
    Value& operator=(const Value&) = delete;
    Value(Value&&) noexcept;
    Value& operator=(Value&&) noexcept;

    [[nodiscard]] bool read(std::string_view json, std::size_t depth);
    void merge(Value&& patch);
    void write(std::string& to) const;

    std::string text;
    std::unique_ptr<Object> object;
  };

  Value root_;
};

}  // namespace millrace
