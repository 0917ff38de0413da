#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace bench {

// Takes HTTP/1.1's chunked framing off a stream that arrives cut anywhere (RFC 9112, section 7.1). Chunk extensions and
// trailers are skipped.
class ChunkedBody {
 public:
  enum class State { open, ended, broken };

  // Gives what is inside, in pieces that lie in `bytes`.
  template <typename Sink>
  State feed(std::string_view bytes, Sink&& sink) {
    while (!bytes.empty()) {
      if (at_ == At::data) {
        const auto piece = bytes.substr(0, left_);
        sink(piece);
        left_ -= piece.size();
        bytes.remove_prefix(piece.size());
        if (left_ == 0)
          at_ = At::lineFeedOfData;
      } else if (const auto state = framing(bytes); state != State::open) {
        return state;
      }
    }
    return State::open;
  }

 private:
  enum class At { size, extension, data, lineFeedOfData, trailer };

  // Takes framing off the front, up to the next data.
  State framing(std::string_view& bytes);

  At at_ = At::size;
  std::size_t left_ = 0;     // of the chunk; while its size is read, what was read
  std::size_t digits_ = 0;   // of the size
  std::size_t trailer_ = 0;  // characters in this line of the trailer
};

}  // namespace bench
