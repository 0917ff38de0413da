#include "core/log/channel_log.hpp"

#include <algorithm>

namespace millrace {
namespace {

constexpr std::size_t kSmallestSegment = 1024;
constexpr std::size_t kLargestSegment = std::size_t{64} * 1024;

}  // namespace

void ChannelLog::append(LogEntry entry) {
  Piece& piece = pieceFor(entry.bytes.size());
  entry.bytes = piece.segment.append(entry.bytes);
  ++piece.entries;
  entry.offset = appended_;
  appended_ += entry.bytes.size();
  bytes_ += entry.bytes.size();
  if (entry.conflateHash != 0) {
    newestOfKey_[entry.conflateHash] = end().next;
  }
  entries_.push_back(entry);
}

void ChannelLog::trim(const LogLimits& limits, Instant now) {
  const auto exceeds = [&] {
    return entries_.size() > limits.events || bytes_ > limits.bytes || entries_.front().at + limits.ttl < now;
  };
  while (!entries_.empty() && exceeds()) {
    evictOldest();
  }
}

void ChannelLog::trimBefore(Cursor cursor) {
  while (!entries_.empty() && first_ < cursor.next) {
    evictOldest();
  }
}

bool ChannelLog::isCurrent(Cursor cursor, Instant now) const {
  const LogEntry& entry = at(cursor);
  if (entry.expires <= now) {
    return false;
  }
  return entry.conflateHash == 0 || newestOfKey_.at(entry.conflateHash) == cursor.next;
}

LogDistance ChannelLog::distance(Cursor cursor) const {
  const Cursor from = std::max(cursor, begin());
  if (from == end()) {
    return {};
  }
  return {static_cast<std::size_t>(end().next - from.next), static_cast<std::size_t>(appended_ - at(from).offset)};
}

Cursor ChannelLog::after(std::uint64_t sequence) const {
  const auto found =
      std::upper_bound(entries_.begin(), entries_.end(), sequence,
                       [](std::uint64_t value, const LogEntry& entry) { return value < entry.sequence; });
  return {first_ + static_cast<std::uint64_t>(found - entries_.begin())};
}

// Segments grow with the log, so a quiet channel or a stream of few events stays small.
ChannelLog::Piece& ChannelLog::pieceFor(std::size_t size) {
  if (pieces_.empty() || !pieces_.back().segment.fits(size)) {
    if (!pieces_.empty() && pieces_.back().entries == 0) {
      pieces_.pop_back();  // emptied and too small: nothing would ever end its life again
    }
    const std::size_t capacity = std::clamp(bytes_ + size, kSmallestSegment, kLargestSegment);
    pieces_.push_back({Segment(std::max(capacity, size)), 0});
  }
  return pieces_.back();
}

void ChannelLog::evictOldest() {
  const LogEntry& oldest = entries_.front();
  evictedThrough_ = oldest.sequence;
  bytes_ -= oldest.bytes.size();
  const auto newest = newestOfKey_.find(oldest.conflateHash);
  if (newest != newestOfKey_.end() && newest->second == first_) {
    newestOfKey_.erase(newest);
  }
  entries_.pop_front();
  ++first_;
  if (--pieces_.front().entries > 0) {
    return;
  }
  if (pieces_.size() > 1) {
    pieces_.pop_front();
  } else {
    pieces_.front().segment.clear();
  }
}

}  // namespace millrace
