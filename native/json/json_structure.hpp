#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace millrace {

// The braces, brackets, commas and colons of a JSON text that are not within strings, sixty-four bytes at a time (Langdale and Lemire,
// "Parsing gigabytes of JSON per second", 2019, section 3.1). In a text that is no JSON they are some of its bytes.
class JsonStructure {
 public:
  explicit JsonStructure(std::string_view json) : json_(json) {}

  // Goes on from there, which must not lie within a string.
  void skipTo(std::size_t place) {
    block_ = place;
    bits_ = 0;
    isInString_ = 0;
    isEscaped_ = false;
  }

  // The next one's place; npos at the end.
  [[nodiscard]] std::size_t next() {
    while (bits_ == 0) {
      if (block_ >= json_.size()) {
        return std::string_view::npos;
      }
      bits_ = readBlock();
    }
    const std::size_t place = block_ - kBlock + static_cast<std::size_t>(std::countr_zero(bits_));
    bits_ &= bits_ - 1;
    return place;
  }

 private:
  static constexpr std::size_t kBlock = 64;

  // Of the next block, which it moves behind.
  [[nodiscard]] std::uint64_t readBlock();

  const std::string_view json_;
  std::size_t block_ = 0;  // behind the block that was read last
  std::uint64_t bits_ = 0;
  std::uint64_t isInString_ = 0;  // all bits, where the last block ended within a string
  bool isEscaped_ = false;        // its last byte was a backslash that escapes the next
};

enum class JsonKind : std::uint8_t {
  object,
  array,
  string,
  other,  // a number, true, false or null
};

[[nodiscard]] inline JsonKind jsonKindOf(std::string_view value) {
  switch (value.empty() ? '\0' : value.front()) {
    case '{':
      return JsonKind::object;
    case '[':
      return JsonKind::array;
    case '"':
      return JsonKind::string;
    default:
      return JsonKind::other;
  }
}

// An element of an array, or a member of an object.
struct JsonChild {
  std::string_view key;  // with its quotation marks; empty: an element
  std::string_view value;
};

// The elements of an array, or the members of an object, one after the other. What lies in them is not looked at.
class JsonChildren {
 public:
  explicit JsonChildren(std::string_view json);

  // Null behind the last one, and where the text is no JSON.
  [[nodiscard]] const JsonChild* next();
  // The text has turned out to be no object or array, or to have something behind it.
  [[nodiscard]] bool isBroken() const { return state_ == State::broken; }

 private:
  enum class State : std::uint8_t { within, done, broken };

  // Reads on to the next comma, colon or closing bracket of the container itself; npos when there is none.
  [[nodiscard]] std::size_t nextMark();
  void skipLongString();
  const JsonChild* fail();

  const std::string_view text_;
  const bool isObject_;
  JsonStructure structure_;
  State state_ = State::within;
  std::size_t from_ = 1;  // of the next child, or of its value
  std::size_t depth_ = 0;
  bool isFirst_ = true;
  JsonChild child_;
};

}  // namespace millrace
