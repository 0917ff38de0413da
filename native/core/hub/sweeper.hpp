#pragma once

#include "core/base/instant.hpp"
#include "core/hub/deflate_queue.hpp"
#include "core/hub/hub_options.hpp"
#include "core/hub/registry.hpp"

#include <algorithm>
#include <cstdint>

namespace millrace {

// Whether there is room for one channel more, and otherwise whose limit is reached.
enum class ChannelRoom : std::uint8_t { there, hubFull, policyFull };

// When logs are trimmed by age, and channels forgotten that nobody uses.
class Sweeper {
 public:
  // All outlive it.
  Sweeper(Registry& registry, DeflateQueue& deflates, const HubOptions& options)
      : registry_(registry), deflates_(deflates), options_(options) {}

  // A channel was used: there is something to sweep.
  void noteUse(Instant now) { next_ = std::min(next_, now + options_.sweepEvery); }
  // Whether there may be one channel more in this class. Where it is full, or the hub is, it looks at once, and not only when the
  // next sweep is due, for channels whose events have become too old.
  [[nodiscard]] ChannelRoom roomForChannel(const ChannelClass& group, Instant now);
  // Says whether it was due.
  bool runDue(Instant now);
  [[nodiscard]] Instant next() const { return next_; }

 private:
  Registry& registry_;
  DeflateQueue& deflates_;
  const HubOptions& options_;
  Instant next_ = kNever;
  Instant nextForRoom_;  // not before, however often somebody asks for a channel more
};

}  // namespace millrace
