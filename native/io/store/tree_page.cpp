#include "io/store/tree_page.hpp"

namespace millrace {
namespace {

constexpr std::size_t kFileHeaderBytes = 100;
constexpr std::size_t kLeafHeaderBytes = 8;
constexpr std::size_t kInnerHeaderBytes = 12;

}  // namespace

TreePage::TreePage(std::string_view page, bool isFirst, std::size_t usable)
    : page_(page), header_(isFirst ? kFileHeaderBytes : 0), usable_(usable) {
  if (usable > page.size() || usable < kFileHeaderBytes + kInnerHeaderBytes) {
    return;
  }
  kind_ = static_cast<Kind>(page[header_]);
  const bool isLeaf = kind_ == Kind::leafIndex || kind_ == Kind::leafTable;
  cells_ = number(header_ + 3, 2);
  pointers_ = header_ + (isLeaf ? kLeafHeaderBytes : kInnerHeaderBytes);
  isSound_ = (isLeaf || kind_ == Kind::innerIndex || kind_ == Kind::innerTable) && pointers_ + 2 * cells_ <= usable;
}

PageGap TreePage::gap() const {
  if (!isSound_) {
    return {};
  }
  const PageGap gap{pointers_ + 2 * cells_, number(header_ + 5, 2)};
  return gap.begin < gap.end && gap.end <= usable_ ? gap : PageGap{};
}

std::vector<OverflowTail> TreePage::tails() const {
  std::vector<OverflowTail> tails;
  for (std::size_t cell = 0; isSound_ && kind_ != Kind::innerTable && cell < cells_; ++cell) {
    OverflowTail tail;
    if (tailOf(number(pointers_ + 2 * cell, 2), tail)) {
      tails.push_back(tail);
    }
  }
  return tails;
}

// How much of a row lies in its cell: https://sqlite.org/fileformat2.html#b_tree_cell_format
bool TreePage::tailOf(std::size_t cell, OverflowTail& tail) const {
  const std::size_t least = (usable_ - 12) * 32 / 255 - 23;
  const std::size_t most = kind_ == Kind::leafTable ? usable_ - 35 : (usable_ - 12) * 64 / 255 - 23;
  const std::size_t link = usable_ - 4;
  std::size_t at = cell + (kind_ == Kind::innerIndex ? 4 : 0);
  const std::uint64_t payload = varint(at);
  if (kind_ == Kind::leafTable) {
    static_cast<void>(varint(at));  // the row's id
  }
  if (payload <= most) {
    return false;
  }
  const std::size_t filled = least + static_cast<std::size_t>((payload - least) % link);
  const std::size_t local = filled <= most ? filled : least;
  tail.used = static_cast<std::size_t>((payload - local) % link);
  tail.links = static_cast<std::uint32_t>((payload - local) / link);
  tail.first = number(at + local, 4);
  return tail.used != 0 && tail.first != 0;
}

std::uint32_t TreePage::number(std::size_t at, std::size_t bytes) const {
  std::uint32_t number = 0;
  for (std::size_t byte = at; byte < at + bytes; ++byte) {
    number = number << 8U | (byte < usable_ ? static_cast<std::uint8_t>(page_[byte]) : 0U);
  }
  return number;
}

// SQLite's own: the highest bits first, and all eight of a ninth byte.
std::uint64_t TreePage::varint(std::size_t& at) const {
  constexpr int kMost = 9;
  std::uint64_t value = 0;
  for (int byte = 1; byte <= kMost; ++byte) {
    const std::uint32_t next = number(at++, 1);
    if (byte == kMost) {
      return value << 8U | next;
    }
    value = value << 7U | (next & 0x7FU);
    if (next < 0x80) {
      break;
    }
  }
  return value;
}

}  // namespace millrace
