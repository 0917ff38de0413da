#pragma once

#include "core/log/segment.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

namespace millrace {

// Keeps a segment's bytes where they are after the log has let go of them. Shared, because a reactor sends from a segment
// without the lock under which another thread trims the log.
using SegmentPin = std::shared_ptr<const Segment>;

// An event's bytes as a piece of a gzip stream; see LogEntry.
struct Deflated {
  std::string_view bytes;   // empty: not deflated
  std::uint32_t crc32 = 0;  // of the event's bytes
};

// Bytes to be sent, in order, and what keeps them there.
struct Spans {
  std::vector<std::string_view> bytes;
  std::vector<Deflated> deflated;  // for a compressed connection: of each span
  std::vector<SegmentPin> pins;
  std::size_t first = 0;  // of the reader that is being served

  void clear() {
    bytes.clear();
    deflated.clear();
    pins.clear();
    first = 0;
  }
  // What is appended from now on is another reader's.
  void begin() { first = bytes.size(); }
  // How many spans the reader has.
  [[nodiscard]] std::size_t count() const { return bytes.size() - first; }
  // Neighbours in memory become one span.
  void append(std::string_view span);
  // The same with the deflated form; of a compressed connection, neighbours stay apart.
  void append(std::string_view span, const Deflated& piece);
  void pin(const SegmentPin& segment);
};

// The bytes of numbered entries, appended one behind the other into segments and released from the oldest on.
class SegmentChain {
 public:
  // Copies the bytes of entry `number`, which must be the one after the last. Returns where they lie.
  std::string_view append(std::uint64_t number, std::string_view bytes);
  // Lets go of the oldest entry.
  void releaseOldest();

  // Appends what lies from `first` to `last` (both live entries, with their bytes): few spans, however many the entries.
  void gather(std::uint64_t number, std::string_view first, std::string_view last, Spans& spans) const;
  // Pins the segment of a live entry.
  void pin(std::uint64_t number, Spans& spans) const { spans.pin(pieceOf(number).segment); }
  [[nodiscard]] SegmentPin segmentOf(std::uint64_t number) const { return pieceOf(number).segment; }
  // The bytes of all segments, those not filled yet as a whole.
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

 private:
  struct Piece {
    std::shared_ptr<Segment> segment;  // shared with those who send from it
    std::uint64_t first = 0;           // number of the oldest entry that was ever in it
    std::uint64_t entries = 0;         // that still live in it
  };

  Piece& pieceFor(std::uint64_t number, std::size_t size);
  [[nodiscard]] std::deque<Piece>::const_iterator find(std::uint64_t number) const;
  [[nodiscard]] const Piece& pieceOf(std::uint64_t number) const { return *find(number); }

  std::deque<Piece> pieces_;
  std::size_t bytes_ = 0;     // in all pieces
  std::size_t capacity_ = 0;  // of all segments
};

}  // namespace millrace
