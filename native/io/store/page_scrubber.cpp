#include "io/store/page_scrubber.hpp"

#include "io/store/big_endian.hpp"
#include "io/store/store_schema.hpp"
#include "io/store/tree_page.hpp"

#include <algorithm>

namespace millrace {
namespace {

constexpr std::uint32_t kPagesAtOnce = 2048;  // in one transaction

}  // namespace

PageScrubber::PageScrubber(SqliteConnection& connection)
    : connection_(connection),
      read_(connection, "SELECT data FROM sqlite_dbpage WHERE pgno = ?1"),
      write_(connection, "UPDATE sqlite_dbpage SET data = ?2 WHERE pgno = ?1") {}

bool PageScrubber::scrubAll() {
  if (!read_.isReady() || !write_.isReady() || !readShape()) {
    return false;
  }
  for (std::uint32_t begin = 1; begin <= pages_; begin += kPagesAtOnce) {
    if (!scrubSome(begin, std::min(begin + kPagesAtOnce, pages_ + 1))) {
      return false;
    }
  }
  return true;
}

bool PageScrubber::readShape() {
  constexpr std::size_t kReservedAt = 20;
  std::string first;
  if (!readFileNumber(connection_, "page_count", pages_) || !read(1, first)) {
    return false;
  }
  usable_ = first.size() - static_cast<std::uint8_t>(first[kReservedAt]);
  return true;
}

bool PageScrubber::scrubSome(std::uint32_t begin, std::uint32_t end) {
  SqliteTransaction transaction(connection_, SqliteTransaction::Kind::writes);
  for (std::uint32_t number = begin; number < end; ++number) {
    bool is = false;
    if (!transaction.hasBegun() || !isTree(number, is) || (is && !scrub(number))) {
      return false;
    }
  }
  return transaction.commit();
}

// A file that can be vacuumed step by step has maps of what its pages are: https://sqlite.org/fileformat2.html#pointer_map_or_ptrmap_pages
bool PageScrubber::isTree(std::uint32_t number, bool& result) {
  constexpr std::uint32_t kEntry = 5;
  constexpr char kRoot = 1;
  constexpr char kInTree = 5;
  if (number == 1) {
    result = true;
    return true;
  }
  const std::uint32_t group = static_cast<std::uint32_t>(usable_) / kEntry + 1;  // a map and what it has
  const std::uint32_t map = (number - 2) / group * group + 2;
  if (map != mapped_) {
    if (!read(map, map_)) {
      return false;
    }
    mapped_ = map;
  }
  const char type = number == map ? '\0' : map_[std::size_t{number - map - 1} * kEntry];
  result = type == kRoot || type == kInTree;
  return true;
}

bool PageScrubber::scrub(std::uint32_t number) {
  std::string page;
  if (!read(number, page)) {
    return false;
  }
  const TreePage tree(page, number == 1, usable_);
  for (const OverflowTail& tail : tree.tails()) {
    std::string overflow;
    std::uint32_t last = tail.first;
    for (std::uint32_t link = 0; link <= tail.links && last != 0; ++link) {
      if (!read(last, overflow)) {
        return false;
      }
      last = link == tail.links ? last : bigEndian(overflow, 0);
    }
    if (last != 0 && !clear(last, overflow, 4 + tail.used, usable_)) {
      return false;
    }
  }
  const PageGap gap = tree.gap();
  return clear(number, page, gap.begin, gap.end);
}

bool PageScrubber::clear(std::uint32_t number, std::string& page, std::size_t begin, std::size_t end) {
  const auto from = page.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto to = page.begin() + static_cast<std::ptrdiff_t>(end);
  if (std::all_of(from, to, [](char byte) { return byte == '\0'; })) {
    return true;
  }
  std::fill(from, to, '\0');
  return write_.run(std::uint64_t{number}, SqliteBlob{page});
}

bool PageScrubber::read(std::uint32_t number, std::string& page) {
  SqliteRows rows(read_, std::uint64_t{number});
  if (!rows.next()) {
    return false;
  }
  page = rows.bytes(0);
  return true;
}

}  // namespace millrace
