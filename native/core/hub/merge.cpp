#include "core/hub/merge.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace millrace {
namespace {

constexpr std::size_t kFew = 8;

}  // namespace

Merge& Merge::emptyOfThread() {
  thread_local Merge merge;
  merge.clear();
  return merge;
}

void Merge::add(const MergeSource& source) {
  sources_.push_back(source);
  if (!source.isDone()) {
    sources_.back().sequence = source.log->at(source.at).sequence;
    heap_.push_back(sources_.size() - 1);
    std::push_heap(heap_.begin(), heap_.end(), [this](auto left, auto right) { return isLater(left, right); });
  }
}

void Merge::advanceOneOfMany() {
  const auto later = [this](auto left, auto right) { return isLater(left, right); };
  const bool areFew = heap_.size() <= kFew;
  if (areFew) {
    std::swap(heap_.front(), heap_.back());
  } else {
    std::pop_heap(heap_.begin(), heap_.end(), later);
  }
  MergeSource& source = sources_[heap_.back()];
  ++source.at.next;
  if (source.isDone()) {
    heap_.pop_back();
  } else {
    source.sequence = source.log->at(source.at).sequence;
  }
  if (areFew) {
    std::swap(heap_.front(),
              *std::min_element(heap_.begin(), heap_.end(), [&](auto a, auto b) { return later(b, a); }));
  } else if (!source.isDone()) {
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
}

bool Merge::isLater(std::size_t left, std::size_t right) const {
  const MergeSource& a = sources_[left];
  const MergeSource& b = sources_[right];
  return a.sequence != b.sequence ? a.sequence > b.sequence : a.subscription == nullptr && b.subscription != nullptr;
}

}  // namespace millrace
