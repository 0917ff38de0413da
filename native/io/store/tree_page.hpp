#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace millrace {

// A part of a page that nothing is stored in.
struct PageGap {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// A row's last overflow page, which it does not fill.
struct OverflowTail {
  std::uint32_t first = 0;  // the number of the row's first overflow page
  std::uint32_t links = 0;  // so many pages follow that one; the last of them is meant
  std::size_t used = 0;     // bytes of that page
};

// A page of a B-tree of SQLite's, as far as it has to be known to overwrite what lies between its contents. It may be anything: of what makes
// no sense, nothing is given. https://sqlite.org/fileformat2.html#b_tree_pages
class TreePage {
 public:
  // `usable`: how many bytes of a page SQLite uses. Of the first page of a file, the B-tree's begins behind the file's header.
  TreePage(std::string_view page, bool isFirst, std::size_t usable);

  // Between the cells' pointers and the cells.
  [[nodiscard]] PageGap gap() const;
  [[nodiscard]] std::vector<OverflowTail> tails() const;

 private:
  enum class Kind : std::uint8_t { innerIndex = 2, innerTable = 5, leafIndex = 10, leafTable = 13 };

  [[nodiscard]] std::uint32_t number(std::size_t at, std::size_t bytes) const;
  [[nodiscard]] std::uint64_t varint(std::size_t& at) const;
  [[nodiscard]] bool tailOf(std::size_t cell, OverflowTail& tail) const;

  std::string_view page_;
  std::size_t header_;
  std::size_t usable_;
  Kind kind_ = Kind::innerTable;
  bool isSound_ = false;
  std::size_t pointers_ = 0;  // where they begin
  std::size_t cells_ = 0;     // how many
};

}  // namespace millrace
