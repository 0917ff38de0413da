#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::test {

// Decodes a body in chunked coding (RFC 9112, 7.1) that arrives in pieces, and is as strict as it can be: no extensions,
// no trailers, lower-case sizes, nothing behind the end.
class ChunkedDecoder {
 public:
  // Appends what the bytes decode to.
  void feed(std::string_view bytes, std::string& out);

  // The body has ended.
  [[nodiscard]] bool isOver() const { return state_ == State::over; }
  // Between two chunks.
  [[nodiscard]] bool isBetweenChunks() const { return state_ == State::size && line_.empty(); }
  // Something came that is no chunked coding.
  [[nodiscard]] bool isBroken() const { return state_ == State::broken; }
  [[nodiscard]] std::size_t chunks() const { return chunks_; }

 private:
  enum class State : std::uint8_t { size, data, dataEnd, lastEnd, over, broken };

  void takeLine();
  void takeSize();

  State state_ = State::size;
  std::string line_;      // of framing, as far as it came
  std::size_t left_ = 0;  // of the chunk's data
  std::size_t chunks_ = 0;
};

}  // namespace millrace::test
