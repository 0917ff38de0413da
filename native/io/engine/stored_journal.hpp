#pragma once

#include "core/hub/store_journals.hpp"
#include "core/log/log_store.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace millrace {

// A journal as it was read from a store, from its newest whole on; or all that there is, of one without a whole.
class StoredJournal {
 public:
  // What the store has of it, read to its end. Behind entries that are missing only a whole begins anew.
  void add(StorePage page);

  [[nodiscard]] bool isEmpty() const { return entries_.empty(); }
  // The entries, as journals have them.
  [[nodiscard]] const std::vector<StoredEvent>& entries() const { return entries_; }
  // The newest whole; empty: there is none.
  [[nodiscard]] std::string_view whole() const;
  // The changes behind it.
  [[nodiscard]] std::vector<std::string_view> changes() const;
  [[nodiscard]] std::uint64_t newest() const { return entries_.empty() ? 0 : entries_.back().sequence; }

 private:
  std::vector<StorePage> pages_;  // what the entries point into
  std::vector<StoredEvent> entries_;
};

}  // namespace millrace
