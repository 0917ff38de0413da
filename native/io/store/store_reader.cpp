#include "io/store/store_reader.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace millrace {
namespace {

// Fills a page with segments, one behind the other.
class PageFiller {
 public:
  PageFiller(std::uint64_t after, std::size_t bytes) : most_(bytes) { page_.from = page_.through = after; }

  [[nodiscard]] bool isEmpty() const { return page_.events.empty(); }
  // Nothing more goes into it, but there is something.
  [[nodiscard]] bool isFull() const { return page_.hasMore || (!isEmpty() && bytes_ >= most_); }
  void tellMore() { page_.hasMore = true; }

  // Takes what the segment has behind what is there, as far as the page goes.
  void add(const SegmentHead& head, SegmentBlob blob) {
    const std::size_t before = page_.events.size();
    if (head.last <= page_.through || !appendEvents(head, blob.view(), page_.events)) {
      return;
    }
    if (head.after > page_.through) {
      if (before > 0) {
        page_.events.resize(before);
        tellMore();
        return;
      }
      tellLost(head.after);
    }
    skip(before, head.after);
    cut(before);
    page_.buffers.push_back(std::move(blob.bytes));
  }

  // There is no segment behind those, and the channel's newest event is this.
  void end(std::uint64_t newest) {
    if (newest > page_.through) {
      isEmpty() ? tellLost(newest) : tellMore();
    }
  }

  [[nodiscard]] StorePage take() { return std::move(page_); }

 private:
  // Drops of the events behind the first `before` those that are not behind the page.
  void skip(std::size_t before, std::uint64_t after) {
    const auto begin = page_.events.begin() + static_cast<std::ptrdiff_t>(before);
    const auto first = std::find_if(begin, page_.events.end(),
                                    [this](const StoredEvent& event) { return event.sequence > page_.through; });
    if (before == 0 && page_.lostThrough == 0) {
      page_.from = first == begin ? after : std::prev(first)->sequence;
    }
    page_.events.erase(begin, first);
  }
  // Drops those that the page has no room for.
  void cut(std::size_t before) {
    std::size_t end = before;
    for (; end < page_.events.size() && (end == 0 || bytes_ < most_); ++end) {
      bytes_ += page_.events[end].bytes.size();
    }
    page_.hasMore = end < page_.events.size();
    page_.events.resize(end);
    page_.through = page_.events.back().sequence;
  }
  void tellLost(std::uint64_t through) { page_.lostThrough = page_.from = page_.through = through; }

  std::size_t most_;
  std::size_t bytes_ = 0;  // of the events
  StorePage page_;
};

StorePage failedPage(std::uint64_t after) {
  StorePage page;
  page.outcome = StoreOutcome::failed;
  page.from = page.through = after;
  return page;
}

// Counts events from the newest to the oldest.
class Countdown {
 public:
  Countdown(std::uint64_t events, std::uint64_t through) : left_(events), before_(through) {}

  [[nodiscard]] bool isOver() const { return left_ == 0; }
  // Behind which sequence those lie that were counted.
  [[nodiscard]] std::uint64_t before() const { return before_; }
  [[nodiscard]] bool hasAll(const SegmentHead& head) const { return head.events <= left_; }

  void count(const SegmentHead& head) {
    left_ -= head.events;
    before_ = head.after;
  }
  // Of a segment, those up to `through`.
  void count(const SegmentHead& head, const SegmentBlob& blob, std::uint64_t through) {
    std::vector<StoredEvent> events;
    if (!appendEvents(head, blob.view(), events)) {
      return;
    }
    for (std::size_t event = events.size(); event > 0 && left_ > 0; --event) {
      if (events[event - 1].sequence <= through) {
        --left_;
        before_ = event == 1 ? head.after : events[event - 2].sequence;
      }
    }
  }

 private:
  std::uint64_t left_;
  std::uint64_t before_;
};

}  // namespace

StoreReader::StoreReader(std::unique_ptr<SqliteConnection> connection)
    : connection_(std::move(connection)), channels_(*connection_), segments_(*connection_) {}

StorePage StoreReader::read(std::string_view channel, std::uint64_t after, std::size_t bytes) {
  const SqliteTransaction transaction(*connection_, SqliteTransaction::Kind::reads);
  PageFiller page(after, bytes);
  ChannelRow row;
  const RowOutcome found = channels_.find(channel, row);
  if (found == RowOutcome::absent) {
    return page.take();
  }
  if (found != RowOutcome::found || !transaction.hasBegun()) {
    return failedPage(after);
  }
  SqliteRows ids = segments_.idsBehind(row, after);
  while (ids.next()) {
    if (page.isFull()) {
      page.tellMore();
      return page.take();
    }
    SegmentHead head;
    SegmentBlob blob;
    const RowOutcome outcome = segments_.read(row, ids.signedNumber(0), head, blob);
    if (outcome == RowOutcome::found) {
      page.add(head, std::move(blob));
    } else if (outcome == RowOutcome::failed) {
      return failedPage(after);
    }
  }
  if (ids.hasFailed() && !ids.isDamage()) {
    return failedPage(after);
  }
  if (ids.isDamage()) {
    hasDamage_ = true;
  }
  page.end(row.stored.newest);
  return page.take();
}

std::uint64_t StoreReader::beforeLast(std::string_view channel, std::uint64_t events, std::uint64_t through) {
  const SqliteTransaction transaction(*connection_, SqliteTransaction::Kind::reads);
  ChannelRow row;
  if (!transaction.hasBegun() || channels_.find(channel, row) != RowOutcome::found) {
    return 0;
  }
  const std::uint64_t newest = std::min(through, row.stored.newest);
  Countdown countdown(events, newest);
  SegmentHead head;
  SegmentBlob blob;
  {
    // The one segment that has events on both sides of `newest`, or ends there.
    SqliteRows ids = segments_.idsBehind(row, newest - std::min<std::uint64_t>(newest, 1));
    if (!countdown.isOver() && ids.next()) {
      const RowOutcome outcome = segments_.read(row, ids.signedNumber(0), head, blob);
      if (outcome == RowOutcome::failed) {
        return 0;
      }
      if (outcome == RowOutcome::found) {
        countdown.count(head, blob, newest);
      }
    }
    if (ids.hasFailed() && !ids.isDamage()) {
      return 0;
    }
  }
  SqliteRows ids = segments_.idsBefore(row, newest);
  while (!countdown.isOver() && ids.next()) {
    const std::int64_t id = ids.signedNumber(0);
    RowOutcome outcome = segments_.readHead(row, id, head);
    if (outcome == RowOutcome::found && head.last > countdown.before()) {
      continue;  // damaged
    }
    if (outcome == RowOutcome::found && countdown.hasAll(head)) {
      countdown.count(head);
    } else if (outcome == RowOutcome::found) {
      outcome = segments_.read(row, id, head, blob);
      if (outcome == RowOutcome::found) {
        countdown.count(head, blob, newest);
      }
    }
    if (outcome == RowOutcome::failed) {
      return 0;
    }
  }
  return ids.hasFailed() && !ids.isDamage() ? 0 : countdown.before();
}

}  // namespace millrace
