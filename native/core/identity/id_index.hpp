#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace millrace {

// Which entries of one log have an id of the application's, by the ids' hashes. It holds as many as the log does: what the
// log evicts is to be forgotten here. Every operation takes constant time, however often an id is used.
class IdIndex {
 public:
  // `number` must be larger than that of every entry before.
  void remember(std::string_view id, std::uint64_t number);
  // Entries before `number` are gone.
  void forgetBefore(std::uint64_t number);
  // The oldest entry of this id: of one that was used several times the client may have seen any.
  [[nodiscard]] std::optional<std::uint64_t> find(std::uint64_t idHash) const;

 private:
  struct Given {
    std::uint64_t hash = 0;
    std::uint64_t number = 0;
    std::size_t next = 0;  // the next of the same id, counted as in Ends; 0: none
  };
  struct Ends {
    std::size_t first = 0;
    std::size_t last = 0;
  };

  [[nodiscard]] Given& at(std::size_t place) { return given_[place - forgotten_ - 1]; }

  std::deque<Given> given_;
  std::size_t forgotten_ = 0;                     // places are counted from 1, over all that were ever remembered
  std::unordered_map<std::uint64_t, Ends> ends_;  // by hash
};

}  // namespace millrace
