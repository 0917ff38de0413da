#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace millrace {

enum class SendState : std::uint8_t {
  done,     // the kernel has everything
  blocked,  // it has no room for more at present
  gone,     // the peer has gone
};

struct SendResult {
  SendState state = SendState::done;
  std::size_t taken = 0;  // bytes of the payload that the kernel has
};

// Writes one HTTP/1.1 response body in chunked coding (RFC 9112, 7.1) to a non-blocking socket: what there is goes as one
// chunk in one sendmsg. When the socket takes only a part, the chunk stays open: its size has been announced, so the next
// payload must begin with the bytes that were not taken. Where there are fewer of them by then (the events were replaced
// by newer ones, or are lost to a gap), a comment line fills the chunk.
//
// Not thread-safe.
class SocketWriter {
 public:
  // Of a longer payload it takes only so many spans, so that they and the framing fit into one sendmsg.
  static constexpr std::size_t kMostSpans = 512;

  [[nodiscard]] SendResult send(int descriptor, std::span<const std::string_view> payload);
  // Ends the body, when nothing is left of what send() did not take. Call it again after `blocked`.
  [[nodiscard]] SendState finish(int descriptor);

 private:
  struct Frame {
    std::array<char, 24> bytes{};  // CRLF, 16 digits, CRLF
    std::uint8_t size = 0;
    std::uint8_t sent = 0;

    void append(std::string_view text);
    void appendChunkHead(std::size_t chunk);
    [[nodiscard]] std::string_view rest() const { return {bytes.data() + sent, static_cast<std::size_t>(size - sent)}; }
  };

  [[nodiscard]] SendState fill(int descriptor);

  Frame frame_;                // framing that goes before anything else
  std::size_t owed_ = 0;       // payload bytes that the open chunk still lacks
  std::size_t fill_ = 0;       // bytes of a comment line that the open chunk still lacks; then nothing is owed
  bool hasBegunFill_ = false;  // the comment line
  bool isEnding_ = false;      // frame_ ends the body
};

}  // namespace millrace
