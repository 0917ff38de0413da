#include "core/identity/id_index.hpp"

#include "core/base/hash.hpp"

namespace millrace {

void IdIndex::remember(std::string_view id, std::uint64_t sequence) {
  const Given given{hash64(id), sequence};
  sequences_[given.hash] = sequence;
  if (ring_.size() < kMost) {
    ring_.push_back(given);
    return;
  }
  Given& oldest = ring_[next_];
  const auto found = sequences_.find(oldest.hash);
  if (found != sequences_.end() && found->second == oldest.sequence) {
    sequences_.erase(found);  // unless it was given again since
  }
  oldest = given;
  next_ = (next_ + 1) % kMost;
}

std::optional<std::uint64_t> IdIndex::find(std::string_view id) const {
  const auto found = sequences_.find(hash64(id));
  return found == sequences_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace millrace
