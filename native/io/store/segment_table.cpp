#include "io/store/segment_table.hpp"

#include "io/store/row_checksum.hpp"
#include "io/store/row_time.hpp"

#include <cstring>

namespace millrace {
namespace {

std::uint64_t sumOf(const ChannelRow& channel, const SegmentHead& head, std::uint64_t blobSum) {
  return RowChecksum()
      .add(static_cast<std::uint64_t>(channel.id))
      .add(channel.stored.key)
      .add(head.first)
      .add(head.last)
      .add(head.after)
      .add(head.events)
      .add(head.bytes)
      .add(static_cast<std::uint64_t>(toRowTime(head.oldest)))
      .add(static_cast<std::uint64_t>(toRowTime(head.latest)))
      .add(blobSum)
      .value();
}

constexpr int kBlobSum = 7;
constexpr int kHeadSum = 8;
constexpr int kBlob = 9;

RowOutcome takeHead(const ChannelRow& channel, SqliteRows& rows, SegmentHead& head) {
  if (!rows.next()) {
    return rows.hasFailed() && !rows.isDamage() ? RowOutcome::failed : RowOutcome::damaged;
  }
  head.first = rows.number(0);
  head.last = rows.number(1);
  head.after = rows.number(2);
  head.events = rows.number(3);
  head.bytes = rows.number(4);
  head.oldest = fromRowTime(rows.signedNumber(5));
  head.latest = fromRowTime(rows.signedNumber(6));
  return rows.number(kHeadSum) == sumOf(channel, head, rows.number(kBlobSum)) ? RowOutcome::found : RowOutcome::damaged;
}

}  // namespace

SegmentTable::SegmentTable(const SqliteConnection& connection)
    : insert_(connection, "INSERT INTO segments VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"),
      remove_(connection, "DELETE FROM segments WHERE id = ?1"),
      removeAll_(connection, "DELETE FROM segments INDEXED BY segments_by_channel WHERE channel = ?1"),
      behind_(connection,
              "SELECT id FROM segments INDEXED BY segments_by_channel WHERE channel = ?1 AND last > ?2 ORDER BY last"),
      before_(
          connection,
          "SELECT id FROM segments INDEXED BY segments_by_channel WHERE channel = ?1 AND last < ?2 ORDER BY last DESC"),
      head_(connection,
            "SELECT first, last, after, events, bytes, oldest, latest, blob_sum, head_sum FROM segments WHERE id = ?1"),
      whole_(connection,
             "SELECT first, last, after, events, bytes, oldest, latest, blob_sum, head_sum, blob FROM segments "
             "WHERE id = ?1") {}

bool SegmentTable::isReady() const {
  return insert_.isReady() && remove_.isReady() && removeAll_.isReady() && behind_.isReady() && before_.isReady() &&
         head_.isReady() && whole_.isReady();
}

bool SegmentTable::insert(const ChannelRow& channel, const SegmentHead& head, std::string_view blob) {
  const std::uint64_t blobSum = RowChecksum().add(blob).value();
  return insert_.run(channel.id, head.first, head.last, head.after, head.events, head.bytes, toRowTime(head.oldest),
                     toRowTime(head.latest), blobSum, sumOf(channel, head, blobSum), SqliteBlob{blob});
}

bool SegmentTable::remove(std::int64_t id) { return remove_.run(id); }

bool SegmentTable::removeAll(const ChannelRow& channel) { return removeAll_.run(channel.id); }

RowOutcome SegmentTable::readHead(const ChannelRow& channel, std::int64_t id, SegmentHead& head) {
  SqliteRows rows(head_, id);
  return takeHead(channel, rows, head);
}

RowOutcome SegmentTable::read(const ChannelRow& channel, std::int64_t id, SegmentHead& head, SegmentBlob& blob) {
  SqliteRows rows(whole_, id);
  if (const RowOutcome outcome = takeHead(channel, rows, head); outcome != RowOutcome::found) {
    return outcome;
  }
  const std::string_view bytes = rows.bytes(kBlob);
  if (RowChecksum().add(bytes).value() != rows.number(kBlobSum)) {
    return RowOutcome::damaged;
  }
  blob.size = bytes.size();
  blob.bytes = std::make_unique_for_overwrite<char[]>(bytes.size());
  std::memcpy(blob.bytes.get(), bytes.data(), bytes.size());
  return RowOutcome::found;
}

}  // namespace millrace
