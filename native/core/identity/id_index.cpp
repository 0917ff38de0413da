#include "core/identity/id_index.hpp"

#include "core/base/hash.hpp"

namespace millrace {

void IdIndex::remember(std::string_view id, std::uint64_t number) {
  const std::uint64_t hash = hash64(id);
  given_.push_back({hash, number, 0});
  const std::size_t place = forgotten_ + given_.size();
  const auto [found, isNew] = ends_.try_emplace(hash, Ends{place, place});
  if (!isNew) {
    at(found->second.last).next = place;
    found->second.last = place;
  }
}

void IdIndex::forgetBefore(std::uint64_t number) {
  while (!given_.empty() && given_.front().number < number) {
    const Given& oldest = given_.front();
    const auto found = ends_.find(oldest.hash);
    if (oldest.next == 0) {
      ends_.erase(found);
    } else {
      found->second.first = oldest.next;
    }
    given_.pop_front();
    ++forgotten_;
  }
}

std::optional<std::uint64_t> IdIndex::find(std::uint64_t idHash) const {
  const auto found = ends_.find(idHash);
  if (found == ends_.end()) {
    return std::nullopt;
  }
  return given_[found->second.first - forgotten_ - 1].number;
}

}  // namespace millrace
