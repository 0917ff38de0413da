#pragma once

#include "io/store/sqlite_connection.hpp"
#include "io/store/sqlite_statement.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

// Overwrites what lies in pages between their contents. SQLite does so where a row is deleted, but rows that have changed their places leave
// copies behind, and a row's last page may have been another's. Over the writing connection, and outside of transactions.
class PageScrubber {
 public:
  explicit PageScrubber(SqliteConnection& connection);

  // Reads the whole file but what fills its pages: about two seconds a gigabyte. There should be no free pages. False: something could not
  // be read or written.
  [[nodiscard]] bool scrubAll();

 private:
  [[nodiscard]] bool readShape();
  [[nodiscard]] bool scrubSome(std::uint32_t begin, std::uint32_t end);
  [[nodiscard]] bool isTree(std::uint32_t number, bool& result);
  [[nodiscard]] bool scrub(std::uint32_t number);
  [[nodiscard]] bool clear(std::uint32_t number, std::string& page, std::size_t begin, std::size_t end);
  [[nodiscard]] bool read(std::uint32_t number, std::string& page);

  SqliteConnection& connection_;
  SqliteStatement read_;
  SqliteStatement write_;
  std::uint32_t pages_ = 0;
  std::size_t usable_ = 0;    // bytes of a page
  std::uint32_t mapped_ = 0;  // the page that map_ is a copy of; 0: none
  std::string map_;
};

}  // namespace millrace
