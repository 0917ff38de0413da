#include "core/hub/filter_counts.hpp"

#include <bit>
#include <vector>

namespace millrace {
namespace {

// In place of a hash: filters that say nothing of types, or of labels; and events without a label, which are counted apart.
constexpr std::uint64_t kAny = 1;
constexpr std::uint64_t kNone = 0;

// The hashes are as good as random.
std::uint64_t keyOf(std::uint64_t type, std::uint64_t label) { return type ^ std::rotl(label, 1); }

}  // namespace

void FilterCounts::change(const EventFilter& filter, int by) {
  if (filter.takesAll()) {
    return;
  }
  size_ += static_cast<std::size_t>(by);
  const std::vector<std::uint64_t> any = {kAny};
  for (const std::uint64_t type : filter.types().empty() ? any : filter.types()) {
    changeCount(type, kNone, by);
    for (const std::uint64_t label : filter.labels().empty() ? any : filter.labels()) {
      changeCount(type, label, by);
    }
  }
}

void FilterCounts::changeCount(std::uint64_t type, std::uint64_t label, int by) {
  std::size_t& count = counts_[keyOf(type, label)];
  count += static_cast<std::size_t>(by);
  if (count == 0) {
    counts_.erase(keyOf(type, label));
  }
}

std::size_t FilterCounts::readersOf(const LogEntry& entry) const {
  if (counts_.empty()) {
    return 0;
  }
  if (entry.labelHash == 0) {
    return countOf(entry.typeHash, kNone) + countOf(kAny, kNone);
  }
  return countOf(entry.typeHash, entry.labelHash) + countOf(entry.typeHash, kAny) + countOf(kAny, entry.labelHash) +
         countOf(kAny, kAny);
}

std::size_t FilterCounts::countOf(std::uint64_t type, std::uint64_t label) const {
  const auto found = counts_.find(keyOf(type, label));
  return found == counts_.end() ? 0 : found->second;
}

}  // namespace millrace
