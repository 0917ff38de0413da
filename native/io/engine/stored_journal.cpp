#include "io/engine/stored_journal.hpp"

#include <utility>

namespace millrace {

void StoredJournal::add(StorePage page) {
  if (page.lostThrough > 0) {
    entries_.clear();
  }
  for (const StoredEvent& entry : page.events) {
    if (entry.bytes.empty()) {
      continue;  // no journal has such
    }
    if (isWhole(entry.bytes)) {
      entries_.clear();
    }
    entries_.push_back(entry);
  }
  pages_.push_back(std::move(page));
}

std::string_view StoredJournal::whole() const {
  return entries_.empty() || !isWhole(entries_.front().bytes) ? std::string_view() : textOf(entries_.front().bytes);
}

std::vector<std::string_view> StoredJournal::changes() const {
  std::vector<std::string_view> changes;
  for (const StoredEvent& entry : entries_) {
    if (!isWhole(entry.bytes)) {
      changes.push_back(textOf(entry.bytes));
    }
  }
  return changes;
}

}  // namespace millrace
