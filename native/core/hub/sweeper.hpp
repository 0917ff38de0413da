#pragma once

#include "core/base/instant.hpp"
#include "core/hub/deflate_queue.hpp"
#include "core/hub/hub_options.hpp"
#include "core/hub/registry.hpp"

#include <algorithm>

namespace millrace {

// When logs are trimmed by age, and channels forgotten that nobody uses.
class Sweeper {
 public:
  // All outlive it.
  Sweeper(Registry& registry, DeflateQueue& deflates, const HubOptions& options)
      : registry_(registry), deflates_(deflates), options_(options) {}

  // A channel was used: there is something to sweep.
  void noteUse(Instant now) { next_ = std::min(next_, now + options_.sweepEvery); }
  // Whether there may be one channel more. A full hub looks at once, and not only when the next sweep is due, for channels
  // whose events have become too old.
  [[nodiscard]] bool hasRoomForChannel(Instant now);
  void runDue(Instant now);
  [[nodiscard]] Instant next() const { return next_; }

 private:
  Registry& registry_;
  DeflateQueue& deflates_;
  const HubOptions& options_;
  Instant next_ = kNever;
  Instant nextForRoom_;  // not before, however often somebody asks for a channel more
};

}  // namespace millrace
