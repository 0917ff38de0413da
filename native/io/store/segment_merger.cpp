#include "io/store/segment_merger.hpp"

#include <algorithm>
#include <vector>

namespace millrace {
namespace {

// Puts one segment behind the other, and writes what is full.
class Joiner {
 public:
  Joiner(SegmentTable& segments, const ChannelRow& row) : segments_(segments), row_(row) {}

  // False: something could not be written.
  [[nodiscard]] bool add(const SegmentHead& head, const std::vector<StoredEvent>& events) {
    if (!builder_.goesOn(head.after)) {
      if (!write()) {
        return false;
      }
      builder_.begin(head.after);
    }
    for (const StoredEvent& event : events) {
      builder_.add(event);
    }
    return true;
  }
  [[nodiscard]] bool write() { return builder_.isEmpty() || segments_.insert(row_, builder_.head(), builder_.blob()); }

 private:
  SegmentTable& segments_;
  const ChannelRow& row_;
  SegmentBuilder builder_;
};

}  // namespace

bool SegmentMerger::merge(ChannelRow& row) {
  std::vector<std::int64_t> ids;
  {
    SqliteRows rows = segments_.idsBefore(row, row.stored.newest + 1);
    while (ids.size() < std::min(row.small, kMany) && rows.next()) {
      ids.push_back(rows.signedNumber(0));
    }
    if (rows.hasFailed()) {
      return false;
    }
  }
  std::reverse(ids.begin(), ids.end());
  row.small = 0;
  Joiner joiner(segments_, row);
  for (const std::int64_t id : ids) {
    SegmentHead head;
    SegmentBlob blob;
    const RowOutcome outcome = segments_.read(row, id, head, blob);
    if (outcome == RowOutcome::failed) {
      return false;
    }
    std::vector<StoredEvent> events;
    if (outcome != RowOutcome::found || !appendEvents(head, blob.view(), events)) {
      continue;
    }
    if (!joiner.add(head, events) || !segments_.remove(id)) {
      return false;
    }
  }
  return joiner.write();
}

}  // namespace millrace
