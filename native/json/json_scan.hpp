#pragma once

#include <cstddef>
#include <string_view>

namespace millrace {

// Places in a JSON text (RFC 8259), without a parse. In a text that is no JSON they are some places of it.

// Whether the byte there has an odd number of backslashes before it.
[[nodiscard]] bool isEscaped(std::string_view json, std::size_t at);
// The closing quotation mark of the string that begins behind `at`; the text's end when there is none.
[[nodiscard]] std::size_t stringEnd(std::string_view json, std::size_t at);
// Behind the value that begins at `at`, where no space is. Objects and arrays are not looked into: the time is linear.
[[nodiscard]] std::size_t valueEnd(std::string_view json, std::size_t at);
[[nodiscard]] std::size_t skipSpace(std::string_view json, std::size_t at);

// Says of places, each behind the one before, whether they lie within strings. All together they cost one pass over the text.
class StringTracker {
 public:
  explicit StringTracker(std::string_view json) : json_(json), open_(json.find('"')) {}

  [[nodiscard]] bool isWithin(std::size_t at);

 private:
  const std::string_view json_;
  std::size_t open_;     // the quotation mark of the string that was looked at last; npos: there is none any more
  std::size_t end_ = 0;  // its closing one; 0: not known yet
};

}  // namespace millrace
