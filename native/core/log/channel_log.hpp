#pragma once

#include "core/base/instant.hpp"
#include "core/identity/id_index.hpp"
#include "core/log/cursor.hpp"
#include "core/log/segment_chain.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace millrace {

// What a log keeps at most; the oldest entries go first.
struct LogLimits {
  std::size_t events = 500;
  std::size_t bytes = std::size_t{8} * 1024 * 1024;
  Millis ttl{300000};
};

// One encoded event in a log. Hashes stand for the texts, which are in the bytes; 0 means none.
struct LogEntry {
  std::uint64_t sequence = 0;      // the hub's, over all its channels
  std::string_view bytes;          // the whole SSE block, in a segment
  std::uint64_t typeHash = 0;      // of the event type
  std::uint64_t labelHash = 0;     // of the event's label
  std::uint64_t conflateHash = 0;  // of the conflation key
  Instant at;                      // when it was appended
  Instant expires = kNever;        // not given to anybody from then on
  std::uint64_t offset = 0;        // bytes that were appended before it; set by the log
  // The bytes deflated from a clean state and flushed to a byte's end, so that they fit into any gzip stream; none where
  // they were not asked for, or where deflating saves nothing.
  Deflated deflated{};
};

// How far something is behind.
struct LogDistance {
  std::size_t events = 0;
  std::size_t bytes = 0;
};

// How large a log is: its events, and what it has asked for, that is the blocks in which they lie, and what it keeps of each of them
// beside.
struct LogMemory {
  std::size_t bytes = 0;
  std::size_t blocks = 0;
  std::size_t entries = 0;
};

// The events of one channel as their encoded bytes, appended once and read by any number of cursors. Entries lie one
// behind the other in segments, so a span of them is mostly one piece of memory. It trims only when told to.
//
// Memory: the limits' bytes, 96 bytes an entry, and at most one segment (64 KiB, or one larger event) more.
class ChannelLog {
 public:
  enum class Access : std::uint8_t { open, held };
  enum class Release : std::uint8_t { give, drop };
  static constexpr Cursor kEveryEntry{std::numeric_limits<std::uint64_t>::max()};

  // `evictedThrough`: the newest sequence of which the log may have lost an entry before it began.
  explicit ChannelLog(std::uint64_t evictedThrough = 0) : evictedThrough_(evictedThrough) {}

  // The entry's sequence must not be smaller than the last one's. Copies `entry.bytes`. A held entry is read by nobody before
  // release(), and neither is what stands behind it: while there is one, every entry must be held.
  void append(LogEntry entry, Access access = Access::open);
  // The oldest held entry may be read from now on, or is never given to anybody.
  void release(Release release);
  // The newest entry has this id of the application's.
  void rememberId(std::string_view id);
  // The oldest entry with an id of this hash.
  [[nodiscard]] std::optional<Cursor> findId(std::uint64_t idHash) const;

  // The oldest entry that no limit evicts now, but none behind `latest` or readableEnd(). Entries behind them are not looked at, so what may
  // not be evicted yet costs nothing, however much it is.
  [[nodiscard]] Cursor kept(const LogLimits& limits, Instant now, Cursor latest = kEveryEntry) const;
  // Evicts what lies before the cursor.
  void trimBefore(Cursor cursor);

  [[nodiscard]] Cursor begin() const { return {first_}; }
  [[nodiscard]] Cursor end() const { return {first_ + entries_.size()}; }
  // Behind the entries that may be read.
  [[nodiscard]] Cursor readableEnd() const { return {end().next - held_}; }
  [[nodiscard]] bool isHeld() const { return held_ > 0; }
  [[nodiscard]] bool isEmpty() const { return entries_.empty(); }
  [[nodiscard]] LogMemory memory() const {
    return {bytes_, chain_.capacity() + deflatedChain_.capacity(), entries_.size() * sizeof(LogEntry)};
  }
  // From the cursor, or from begin() if that is later, to readableEnd().
  [[nodiscard]] LogDistance distance(Cursor cursor) const;

  // The entry at a cursor in [begin(), end()).
  [[nodiscard]] const LogEntry& at(Cursor cursor) const {
    return entries_[static_cast<std::size_t>(cursor.next - first_)];
  }
  // Whether the entry is to be given to a reader: not expired, and not replaced by a newer one of its conflation key.
  [[nodiscard]] bool isCurrent(Cursor cursor, Instant now) const;

  // Whether every entry is to be given to every reader until it is evicted: none expires, none has a conflation key.
  [[nodiscard]] bool isPlain() const { return special_ == 0; }
  // The first cursor with at least so many bytes between `from` (in [begin(), readableEnd()]) and it, or readableEnd().
  [[nodiscard]] Cursor upTo(Cursor from, std::size_t bytes) const;
  // Appends the bytes of all entries in [from, to), both in [begin(), end()].
  void gather(Cursor from, Cursor to, Spans& spans) const;
  // Keeps an entry's bytes where they are.
  [[nodiscard]] SegmentPin segmentOf(Cursor cursor) const { return chain_.segmentOf(cursor.next); }

  // The first entry that was not deflated since somebody asked for it; end() when there is none.
  [[nodiscard]] Cursor deflatedEnd() const { return {std::max(deflatedEnd_, first_)}; }
  // Entries before the cursor need not be deflated.
  void deflateFrom(Cursor cursor) { deflatedEnd_ = std::max(deflatedEnd_, cursor.next); }
  // Of the entry at deflatedEnd(). Copies the bytes.
  void addDeflated(const Deflated& deflated);
  // Nobody asks for it any more.
  void dropDeflated();

  // The first entry with a larger sequence.
  [[nodiscard]] Cursor after(std::uint64_t sequence) const;
  // The newest sequence that was evicted; 0 when nothing was.
  [[nodiscard]] std::uint64_t evictedThrough() const { return evictedThrough_; }

 private:
  void noteNewestOfKey(std::uint64_t number);
  void evictOldest();

  std::deque<LogEntry> entries_;
  SegmentChain chain_;
  SegmentChain deflatedChain_;
  std::uint64_t deflatedEnd_ = 0;
  std::uint64_t first_ = 0;  // number of the oldest entry
  std::size_t bytes_ = 0;
  std::size_t held_ = 0;        // entries at the end that nobody may read yet
  std::uint64_t appended_ = 0;  // bytes, ever
  std::uint64_t evictedThrough_;
  std::unique_ptr<IdIndex> ids_;                                  // made for the first id of the application's
  std::size_t special_ = 0;                                       // entries that expire or have a conflation key
  std::unordered_map<std::uint64_t, std::uint64_t> newestOfKey_;  // conflation hash → number of its newest entry
};

}  // namespace millrace
