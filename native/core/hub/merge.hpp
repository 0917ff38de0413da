#pragma once

#include "core/log/channel_log.hpp"
#include "core/log/cursor.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace millrace {

struct Subscription;

// One log being merged: the entry at `at` is the next of it, up to `end`.
struct MergeSource {
  const ChannelLog* log = nullptr;
  Subscription* subscription = nullptr;  // none: the connection's own log
  Cursor at;
  Cursor end;
  std::uint64_t sequence = 0;  // of the entry at `at`; Merge keeps it

  [[nodiscard]] bool isDone() const { return at == end; }
};

// Several logs as one, in the order of their sequences. An entry costs the logarithm of the number of logs; of a few, they are
// all looked at, which is faster.
//
// A comment in a connection's own log has the number of the event it stands behind, so of two entries with one number the
// own one comes last.
class Merge {
 public:
  // One of this thread's, which keeps its memory: every subscriber is read in every turn. Not to be held while another is read.
  [[nodiscard]] static Merge& emptyOfThread();
  void clear() {
    sources_.clear();
    heap_.clear();
  }
  void add(const MergeSource& source);
  // The source whose next entry is the oldest; null when there is none left.
  [[nodiscard]] MergeSource* oldest() { return heap_.empty() ? nullptr : &sources_[heap_.front()]; }
  // Goes on behind the entry of oldest(). Most connections read one log, so that is in line.
  void advance() {
    if (heap_.size() != 1) {
      advanceOneOfMany();
      return;
    }
    MergeSource& only = sources_[heap_.front()];
    ++only.at.next;
    if (only.isDone()) {
      heap_.clear();
    }
  }
  // All that were added, as far as they have come.
  [[nodiscard]] const std::vector<MergeSource>& sources() const { return sources_; }

 private:
  void advanceOneOfMany();
  [[nodiscard]] bool isLater(std::size_t left, std::size_t right) const;

  std::vector<MergeSource> sources_;
  // Places in sources_ of those that are not done: a heap, or, of a few, in any order behind the oldest.
  std::vector<std::size_t> heap_;
};

}  // namespace millrace
