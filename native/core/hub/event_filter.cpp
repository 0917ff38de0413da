#include "core/hub/event_filter.hpp"

#include "core/base/hash.hpp"
#include "core/wire/type_hash.hpp"

#include <algorithm>

namespace millrace {
namespace {

// Each once, for they are counted.
template <typename HashOf>
std::vector<std::uint64_t> hashesOf(std::span<const std::string_view> texts, HashOf&& hashOf) {
  std::vector<std::uint64_t> hashes;
  hashes.reserve(texts.size());
  for (const std::string_view text : texts) {
    hashes.push_back(hashOf(text));
  }
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  return hashes;
}

}  // namespace

EventFilter::EventFilter(std::span<const std::string_view> types, std::span<const std::string_view> labels) {
  if (!types.empty() || !labels.empty()) {
    wanted_ = std::make_shared<const Wanted>(Wanted{hashesOf(types, typeHash), hashesOf(labels, hash64)});
  }
}

const EventFilter::Wanted& EventFilter::wanted() const {
  static const Wanted kAll;
  return wanted_ == nullptr ? kAll : *wanted_;
}

bool EventFilter::isAmong(const std::vector<std::uint64_t>& wanted, std::uint64_t hash) {
  return wanted.empty() || std::binary_search(wanted.begin(), wanted.end(), hash);
}

}  // namespace millrace
