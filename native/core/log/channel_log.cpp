#include "core/log/channel_log.hpp"

#include <algorithm>

namespace millrace {
namespace {

bool isSpecial(const LogEntry& entry) { return entry.expires != kNever || entry.conflateHash != 0; }

}  // namespace

void ChannelLog::append(LogEntry entry, Access access) {
  entry.bytes = chain_.append(end().next, entry.bytes);
  entry.offset = appended_;
  appended_ += entry.bytes.size();
  bytes_ += entry.bytes.size();
  special_ += isSpecial(entry) ? 1 : 0;
  entries_.push_back(entry);
  if (access == Access::held) {
    ++held_;
  } else {
    noteNewestOfKey(end().next - 1);
  }
}

// What is dropped is as if it had expired.
void ChannelLog::release(Release release) {
  const Cursor at = readableEnd();
  --held_;
  if (release == Release::give) {
    noteNewestOfKey(at.next);
    return;
  }
  LogEntry& entry = entries_[static_cast<std::size_t>(at.next - first_)];
  special_ += isSpecial(entry) ? 0 : 1;
  entry.expires = Instant::min();
}

void ChannelLog::noteNewestOfKey(std::uint64_t number) {
  if (const std::uint64_t hash = at({number}).conflateHash; hash != 0) {
    newestOfKey_[hash] = number;
  }
}

void ChannelLog::rememberId(std::string_view id) {
  if (!ids_) {
    ids_ = std::make_unique<IdIndex>();
  }
  ids_->remember(id, end().next - 1);
}

std::optional<Cursor> ChannelLog::findId(std::uint64_t idHash) const {
  const auto number = ids_ ? ids_->find(idHash) : std::nullopt;
  return number ? std::optional(Cursor{*number}) : std::nullopt;
}

Cursor ChannelLog::kept(const LogLimits& limits, Instant now, Cursor latest) const {
  const Cursor last = std::min(latest, readableEnd());
  Cursor kept = begin();
  std::size_t events = entries_.size();
  std::size_t bytes = bytes_;
  while (kept < last) {
    const LogEntry& oldest = at(kept);
    if (events <= limits.events && bytes <= limits.bytes && oldest.at + limits.ttl >= now) {
      break;
    }
    --events;
    bytes -= oldest.bytes.size();
    ++kept.next;
  }
  return kept;
}

void ChannelLog::trimBefore(Cursor cursor) {
  while (!entries_.empty() && first_ < cursor.next) {
    evictOldest();
  }
  if (ids_) {
    ids_->forgetBefore(first_);
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
  const Cursor to = readableEnd();
  if (from >= to) {
    return {};
  }
  const std::uint64_t offset = held_ == 0 ? appended_ : at(to).offset;
  return {static_cast<std::size_t>(to.next - from.next), static_cast<std::size_t>(offset - at(from).offset)};
}

Cursor ChannelLog::after(std::uint64_t sequence) const {
  const auto found =
      std::upper_bound(entries_.begin(), entries_.end(), sequence,
                       [](std::uint64_t value, const LogEntry& entry) { return value < entry.sequence; });
  return {first_ + static_cast<std::uint64_t>(found - entries_.begin())};
}

Cursor ChannelLog::upTo(Cursor from, std::size_t bytes) const {
  if (distance(from).bytes <= bytes) {
    return readableEnd();
  }
  const std::uint64_t offset = at(from).offset + bytes;
  const auto found =
      std::lower_bound(entries_.begin() + static_cast<std::ptrdiff_t>(from.next - first_), entries_.end(), offset,
                       [](const LogEntry& entry, std::uint64_t value) { return entry.offset < value; });
  return {first_ + static_cast<std::uint64_t>(found - entries_.begin())};
}

void ChannelLog::gather(Cursor from, Cursor to, Spans& spans) const {
  if (from < to) {
    chain_.gather(from.next, at(from).bytes, at({to.next - 1}).bytes, spans);
  }
}

void ChannelLog::addDeflated(const Deflated& deflated) {
  const Cursor cursor = deflatedEnd();
  LogEntry& entry = entries_[static_cast<std::size_t>(cursor.next - first_)];
  if (!deflated.bytes.empty()) {
    entry.deflated = {deflatedChain_.append(cursor.next, deflated.bytes), deflated.crc32};
  }
  deflatedEnd_ = cursor.next + 1;
}

void ChannelLog::dropDeflated() {
  deflatedChain_ = {};
  for (LogEntry& entry : entries_) {
    entry.deflated = {};
  }
}

void ChannelLog::evictOldest() {
  const LogEntry& oldest = entries_.front();
  if (!oldest.deflated.bytes.empty()) {
    deflatedChain_.releaseOldest();
  }
  evictedThrough_ = oldest.sequence;
  bytes_ -= oldest.bytes.size();
  const auto newest = newestOfKey_.find(oldest.conflateHash);
  if (newest != newestOfKey_.end() && newest->second == first_) {
    newestOfKey_.erase(newest);
  }
  special_ -= isSpecial(oldest) ? 1 : 0;
  entries_.pop_front();
  ++first_;
  chain_.releaseOldest();
}

}  // namespace millrace
