#include "core/hub/merge.hpp"

#include <algorithm>

namespace millrace {

void Merge::add(const MergeSource& source) {
  sources_.push_back(source);
  if (!source.isDone()) {
    heap_.push_back(sources_.size() - 1);
    std::push_heap(heap_.begin(), heap_.end(), [this](auto left, auto right) { return isLater(left, right); });
  }
}

void Merge::advanceOneOfMany() {
  const auto later = [this](auto left, auto right) { return isLater(left, right); };
  std::pop_heap(heap_.begin(), heap_.end(), later);
  MergeSource& source = sources_[heap_.back()];
  ++source.at.next;
  if (source.isDone()) {
    heap_.pop_back();
  } else {
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
}

bool Merge::isLater(std::size_t left, std::size_t right) const {
  const MergeSource& a = sources_[left];
  const MergeSource& b = sources_[right];
  const std::uint64_t first = a.sequence();
  const std::uint64_t second = b.sequence();
  return first != second ? first > second : a.subscription == nullptr && b.subscription != nullptr;
}

}  // namespace millrace
