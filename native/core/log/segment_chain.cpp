#include "core/log/segment_chain.hpp"

#include <algorithm>
#include <iterator>

namespace millrace {
namespace {

constexpr std::size_t kSmallestSegment = 1024;
constexpr std::size_t kLargestSegment = std::size_t{64} * 1024;

}  // namespace

void Spans::append(std::string_view span) {
  if (count() > 0 && bytes.back().data() + bytes.back().size() == span.data()) {
    bytes.back() = {bytes.back().data(), bytes.back().size() + span.size()};
  } else {
    bytes.push_back(span);
  }
}

void Spans::append(std::string_view span, const Deflated& piece) {
  bytes.push_back(span);
  deflated.push_back(piece);
}

// Connections that are gathered one after the other mostly read the same segments.
void Spans::pin(const SegmentPin& segment) {
  constexpr std::size_t kLookBack = 4;
  const auto end = pins.size() > kLookBack ? pins.rbegin() + kLookBack : pins.rend();
  if (std::find(pins.rbegin(), end, segment) == end) {
    pins.push_back(segment);
  }
}

std::string_view SegmentChain::append(std::uint64_t number, std::string_view bytes) {
  Piece& piece = pieceFor(number, bytes.size());
  ++piece.entries;
  bytes_ += bytes.size();
  return piece.segment->append(bytes);
}

void SegmentChain::releaseOldest() {
  Piece& oldest = pieces_.front();
  if (--oldest.entries > 0) {
    return;
  }
  bytes_ -= oldest.segment->size();
  if (pieces_.size() > 1 || oldest.segment.use_count() > 1) {
    capacity_ -= oldest.segment->capacity();
    pieces_.pop_front();
  } else {
    oldest.segment->clear();
  }
}

void SegmentChain::gather(std::uint64_t number, std::string_view first, std::string_view last, Spans& spans) const {
  const char* const end = last.data() + last.size();
  const char* from = first.data();
  for (auto piece = find(number); piece != pieces_.end(); ++piece) {
    const std::string_view all = piece->segment->bytes();
    spans.pin(piece->segment);
    const bool isLast = all.data() <= last.data() && end <= all.data() + all.size();
    spans.append({from, static_cast<std::size_t>((isLast ? end : all.data() + all.size()) - from)});
    if (isLast) {
      return;
    }
    from = std::next(piece)->segment->bytes().data();
  }
}

std::deque<SegmentChain::Piece>::const_iterator SegmentChain::find(std::uint64_t number) const {
  const auto after = std::upper_bound(pieces_.begin(), pieces_.end(), number,
                                      [](std::uint64_t value, const Piece& piece) { return value < piece.first; });
  return std::prev(after);
}

// Segments grow with the log, so a quiet channel or a stream of few events stays small.
SegmentChain::Piece& SegmentChain::pieceFor(std::uint64_t number, std::size_t size) {
  if (!pieces_.empty() && pieces_.back().entries == 0) {
    if (pieces_.back().segment->fits(size)) {
      pieces_.back().first = number;
    } else {
      capacity_ -= pieces_.back().segment->capacity();
      pieces_.pop_back();  // emptied and too small: nothing would ever end its life again
    }
  }
  if (pieces_.empty() || !pieces_.back().segment->fits(size)) {
    const std::size_t capacity = std::clamp(bytes_ + size, kSmallestSegment, kLargestSegment);
    pieces_.push_back({std::make_shared<Segment>(std::max(capacity, size)), number, 0});
    capacity_ += pieces_.back().segment->capacity();
  }
  return pieces_.back();
}

}  // namespace millrace
