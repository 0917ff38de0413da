#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace millrace {

// Where the values of a JSON text lie, and which lie in which; nothing is copied or converted. Takes 32 bytes a value.
class JsonOutline {
 public:
  enum class Kind : std::uint8_t {
    object,
    array,
    string,
    other,  // a number, true, false or null
    deep,   // an object or array at the greatest depth that is looked at: its contents are not here
  };
  struct Value {
    std::uint32_t from = 0;     // the value's first byte
    std::uint32_t to = 0;       // behind its last one
    std::uint32_t keyFrom = 0;  // of an object's member: its name, with the quotation marks
    std::uint32_t keyTo = 0;
    std::uint32_t firstChild = 0;  // 0: none
    std::uint32_t nextSibling = 0;
    std::uint32_t children = 0;
    Kind kind = Kind::other;

    [[nodiscard]] std::size_t size() const { return to - from; }
  };

  // None where the text is no JSON, as far as this reads it, or above 4 GiB.
  [[nodiscard]] static std::optional<JsonOutline> of(std::string_view json);

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] const Value& root() const { return values_.front(); }
  // Of an object or array, in their order.
  [[nodiscard]] std::vector<const Value*> childrenOf(const Value& value) const;
  [[nodiscard]] std::string_view textOf(const Value& value) const { return text_.substr(value.from, value.size()); }
  // With its quotation marks.
  [[nodiscard]] std::string_view keyOf(const Value& value) const {
    return text_.substr(value.keyFrom, value.keyTo - value.keyFrom);
  }

 private:
  explicit JsonOutline(std::string_view text) : text_(text) {}

  [[nodiscard]] bool read();

  std::string_view text_;
  std::vector<Value> values_;
};

}  // namespace millrace
