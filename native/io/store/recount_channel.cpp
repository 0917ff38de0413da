#include "io/store/recount_channel.hpp"

#include <algorithm>

namespace millrace {

RowOutcome recountChannel(SegmentTable& segments, ChannelRow& row) {
  StoredChannel& channel = row.stored;
  std::uint64_t end = 0;
  channel.events = channel.bytes = 0;
  channel.oldest = {};
  SqliteRows ids = segments.idsBehind(row, 0);
  while (ids.next()) {
    SegmentHead head;
    const RowOutcome outcome = segments.readHead(row, ids.signedNumber(0), head);
    if (outcome == RowOutcome::failed) {
      return outcome;
    }
    if (outcome != RowOutcome::found || head.last <= end) {
      continue;  // the next one's `after` tells what is missing
    }
    if (head.after > end) {
      channel.lostThrough = std::max(channel.lostThrough, head.after);
    }
    channel.oldest = channel.events == 0 ? head.oldest : std::min(channel.oldest, head.oldest);
    channel.events += head.events;
    channel.bytes += head.bytes;
    end = head.last;
  }
  if (channel.newest > end) {
    channel.lostThrough = channel.newest;
  }
  channel.newest = std::max(channel.newest, end);
  row.small = 0;
  return !ids.hasFailed() ? RowOutcome::found : ids.isDamage() ? RowOutcome::damaged : RowOutcome::failed;
}

RowOutcome restoreChannel(SegmentTable& segments, ChannelRow& row, std::uint64_t newestGiven) {
  StoredChannel channel;
  channel.key = row.stored.key;
  row.stored = std::move(channel);
  const RowOutcome outcome = recountChannel(segments, row);
  if (row.stored.newest == 0) {
    row.stored.newest = row.stored.lostThrough = newestGiven;
  }
  return outcome;
}

}  // namespace millrace
