#pragma once

#include "core/base/byte_buffer.hpp"
#include "core/base/error.hpp"
#include "core/wire/event.hpp"
#include "core/wire/held_text.hpp"
#include "core/wire/line_scan.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace millrace {

// Both in bytes. What happens beyond them stands at Parser.
struct ParserLimits {
  // A line without its end. Comments are exempt: no more than what may say `heartbeat` is kept of them.
  std::size_t lineBytes = std::size_t{16} * 1024 * 1024;
  std::size_t eventBytes = std::size_t{16} * 1024 * 1024;  // data with its inner line feeds, plus type and own id
};

// One thing found in the stream. It is gone when the next is asked for. The views point into the chunk or into the parser:
// they live until the next begin() or reset(), and as long as the chunk.
struct ParsedItem {
  enum class Kind : std::uint8_t { event, retry, error };

  Kind kind = Kind::event;

  // event
  bool hasOwnId = false;  // the block brought a non-empty id itself
  bool isRaw = false;     // the block has a `raw` line: its data is a text of its own, and no JSON
  // These three are bytes as they came. An event with some that are no UTF-8 in its type, data or own id is given with an
  // invalidUtf8 error right before it, by whoever shows items to others.
  std::string_view type;  // kDefaultType itself where the stream names none
  std::string_view data;
  std::string_view lastEventId;

  // retry: milliseconds, clamped to 32 bits
  std::uint32_t retry = 0;

  // error: lineTooLong or eventTooLarge, and the limit in bytes
  ErrorCode error{};
  std::size_t limit = 0;
};

// Parses an event stream that arrives in pieces, cut anywhere: WHATWG HTML 9.2.5 and 9.2.6. As Chromium does, and unlike
// the letter of the standard, the last event ID survives reset(), so that the first event of a resumed stream has it.
//
// A line or event above its limit is reported once, and dropped up to its blank line without being kept; its `id` and
// `retry` still count, so that a client that resumes does not ask for the same event for ever. Memory is bounded by the two
// limits and the size of one chunk. Time is linear in the bytes, wherever they are cut.
//
// Not thread-safe: one parser belongs to one connection.
class Parser {
 public:
  explicit Parser(ParserLimits limits = {}) : limits_(limits) {}
  Parser(const Parser&) = delete;  // it points into itself
  Parser& operator=(const Parser&) = delete;
  Parser(Parser&&) = delete;
  Parser& operator=(Parser&&) = delete;
  ~Parser() = default;

  // Where so many bytes of the next chunk may be put, for they continue a long line and need not be copied then; null where
  // they do not. Until begin().
  [[nodiscard]] char* roomBehindLine(std::size_t bytes) {
    return line_.size() < kLongLine ? nullptr : line_.room(bytes);
  }

  // Whether the next chunk is put there at all, however many bytes it has.
  [[nodiscard]] bool isInLongLine() const { return line_.size() >= kLongLine; }

  // Takes the next chunk, which is written to: lines of data are joined in place.
  void begin(std::span<char> chunk);

  // The next thing that the chunk completes, or null. Is to be called until that comes: then the chunk may go.
  [[nodiscard]] const ParsedItem* next();

  // A new connection begins: forgets the unfinished line and event, keeps the last event ID.
  void reset();

  // As of the last finished block; valid until the next begin().
  [[nodiscard]] std::string_view lastEventId() const { return committedId_; }

  // Heartbeats so far, over all connections: finished comment lines whose text begins with `heartbeat`, behind one space or
  // none. Other comments only show that the connection lives, and any bytes do that.
  [[nodiscard]] std::size_t heartbeats() const { return heartbeats_; }
  // What the last heartbeat of this connection said of when the next comes, in milliseconds: `every=5000` among the words behind
  // `heartbeat`. 0: it did not say it, within the first 64 bytes of its line.
  [[nodiscard]] std::uint32_t heartbeatEvery() const { return heartbeatEvery_; }

 private:
  // From here on, what copies an unfinished line once more is worth being avoided.
  static constexpr std::size_t kLongLine = std::size_t{32} * 1024;

  // What a line is for, as far as it is known before its end.
  enum class LineUse : std::uint8_t { content, comment, tooLong };

  struct Pending {  // the unfinished event: resets as one
    HeldText type;
    HeldText id;
    HeldText data;
    bool hasId = false;
    bool hasData = false;
    bool isRaw = false;
    bool isDropped = false;

    void clear();
  };

  // Each of these that gives an item gives it where it completes one.
  const ParsedItem* takeBlock();
  [[gnu::noinline]] const ParsedItem* takePart();
  const ParsedItem* holdPart(std::string_view part);
  const ParsedItem* finishLine(std::string_view part);
  void append(std::string_view part);
  const ParsedItem* dropLine();
  const ParsedItem* takeLine(std::string_view line);
  const ParsedItem* takeData(std::string_view value);
  const ParsedItem* takeRetry(std::string_view value);
  const ParsedItem* dispatch();
  const ParsedItem* giveEvent(std::string_view type, std::string_view data, std::string_view lastEventId,
                              bool hasOwnId);
  [[gnu::noinline]] const ParsedItem* drop(ErrorCode error, std::size_t limit);
  const ParsedItem* checkEventSize();
  void skipByteOrderMark();
  [[gnu::noinline]] void keepAcrossChunks();

  ParserLimits limits_;
  Pending pending_;
  ByteBuffer line_;  // the beginning of an unfinished line; of a comment, no more than is looked at of a heartbeat
  LineUse lineUse_ = LineUse::content;
  bool isBetweenBlocks_ = false;   // nothing is pending, the byte order mark is over, and the chunk is for takeBlock()
  bool isWithinLimits_ = true;     // the chunk has no room for what is beyond a limit
  bool skipsLineFeed_ = false;     // the last chunk ended in CR
  std::size_t byteOrderMark_ = 0;  // its bytes seen at the start of the stream; more than 3: over

  std::size_t heartbeats_ = 0;
  std::uint32_t heartbeatEvery_ = 0;
  std::string_view committedId_;
  std::array<ByteBuffer, 2> committedIdText_;  // two, since items of one chunk may show the old id and the new
  std::size_t committedIdSlot_ = 0;

  std::span<char> rest_;  // of the chunk
  LineEnds lineEnds_;
  ParsedItem item_;
  Scratch scratch_;           // what the chunk's items point to beside it
  std::size_t lastLong_ = 0;  // the size of the last line that was long: where one is, there are others like it
};

}  // namespace millrace
