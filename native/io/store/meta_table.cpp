#include "io/store/meta_table.hpp"

#include "io/store/row_checksum.hpp"

namespace millrace {
namespace {

std::uint64_t sumOf(const StorePosition& position) {
  return RowChecksum()
      .add(position.epoch)
      .add(position.newest)
      .add(position.reservedThrough)
      .add(position.lostThrough)
      .add(std::uint64_t{position.isClean})
      .add(std::uint64_t{position.mayBeBehind})
      .value();
}

}  // namespace

MetaTable::MetaTable(const SqliteConnection& connection)
    : read_(
          connection,
          "SELECT epoch, newest, reserved_through, lost_through, is_clean, may_be_behind, sum FROM meta WHERE id = 1"),
      write_(connection,
             "INSERT INTO meta VALUES(1, ?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(id) DO UPDATE SET epoch = ?1, newest "
             "= ?2, "
             "reserved_through = ?3, lost_through = ?4, is_clean = ?5, may_be_behind = ?6, sum = ?7") {}

RowOutcome MetaTable::read(StorePosition& position) {
  SqliteRows rows(read_);
  if (!rows.next()) {
    return rows.isDamage() ? RowOutcome::damaged : rows.hasFailed() ? RowOutcome::failed : RowOutcome::absent;
  }
  const std::uint64_t isClean = rows.number(4);
  const std::uint64_t mayBeBehind = rows.number(5);
  position = {rows.number(0), rows.number(1), rows.number(2), rows.number(3), isClean == 1, mayBeBehind == 1};
  return isClean <= 1 && mayBeBehind <= 1 && rows.number(6) == sumOf(position) ? RowOutcome::found
                                                                               : RowOutcome::damaged;
}

bool MetaTable::write(const StorePosition& position) {
  return write_.run(position.epoch, position.newest, position.reservedThrough, position.lostThrough,
                    std::uint64_t{position.isClean}, std::uint64_t{position.mayBeBehind}, sumOf(position));
}

}  // namespace millrace
