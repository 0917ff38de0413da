#pragma once

#include "core/log/cursor.hpp"
#include "core/log/segment_chain.hpp"

#include <string_view>

namespace millrace {

struct Channel;
class Preamble;

// What is left of an event that a subscriber was sent in part. The event counts as taken, and its rest is sent before everything
// else, whatever becomes of the log that holds it. Before the subscriber leaves the channel, keepBefore() is called.
class CutEvent {
 public:
  // `rest` lies in the channel's log, in the entry at `at`.
  void set(Channel& channel, Cursor at, std::string_view rest);
  void clear();

  [[nodiscard]] bool isEmpty() const { return rest_.empty(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }
  void pin(Spans& spans) const;
  // It was taken up to this byte of it. If the log has evicted it meanwhile, the rest is copied into the
  // preamble; the caller still has it pinned.
  void takenUpTo(const char* firstUntaken, Preamble& keeper);

  // The channel's log is about to evict what lies before the cursor. The rest goes into `keeper`, unless it is being sent now:
  // then it is pinned, and takenUpTo() keeps what is left of it.
  void keepBefore(const Channel& channel, Cursor cursor, bool isInFlight, Preamble& keeper);

 private:
  void leaveLog();

  std::string_view rest_;
  Channel* channel_ = nullptr;  // none when the log has let go of it
  Cursor at_;
};

}  // namespace millrace
