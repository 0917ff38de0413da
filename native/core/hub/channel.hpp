#pragma once

#include "core/base/instant.hpp"
#include "core/hub/channel_policy.hpp"
#include "core/hub/members.hpp"
#include "core/log/channel_log.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace millrace {

// A channel's place in the scheduler: whether its members have yet to be told of what was appended.
class ChannelNews {
 public:
  [[nodiscard]] bool isNone() const { return !isAppended_ && pass_ == Pass::none; }
  // A member has left: fewer are to be visited.
  void shrink(std::size_t members) { unvisited_ = std::min(unvisited_, members); }

 private:
  friend class Scheduler;

  // A pass visits all members of a channel. One may wait while another runs.
  enum class Pass : std::uint8_t { none, waits, runs, runsAndWaits };

  bool isAppended_ = false;    // since the last turn began
  Pass pass_ = Pass::none;     //
  std::size_t unvisited_ = 0;  // of the pass that runs: the first so many members; at most the number of members
};

// A channel's place in the inbox: what was accepted and has yet to be offered to all its members.
class ChannelInbox {
 public:
  [[nodiscard]] bool isNone() const { return !awaitsTrim_; }

 private:
  friend class Inbox;

  bool awaitsTrim_ = false;  // appended to since its log was last trimmed to the end
  std::size_t bytes_ = 0;    // appended since then
};

// A log with a name and rules, and the subscribers that read it.
struct Channel {
  Channel(std::string channelKey, const ChannelPolicy& channelPolicy, std::uint64_t evictedThrough)
      : key(std::move(channelKey)), policy(channelPolicy), lostBefore(evictedThrough), log(evictedThrough) {}

  // It is empty, nobody reads it, it has lost nothing, and no part of the hub refers to it: it can be deleted, and nothing is lost.
  [[nodiscard]] bool isVoid() const;
  // No part of the hub refers to it, and nothing of it is on its way.
  [[nodiscard]] bool isAtRest() const;

  // Evicts what lies before the cursor. A member that has been sent a part of such an event gets a copy of its rest.
  void trimBefore(Cursor cursor);
  // Evicts what the policy does not keep.
  void trim(Instant now) { trimBefore(log.kept(policy.history, now)); }
  // Nothing that a member has not taken is evicted before, as long as the inbox is not half full.
  void hold(Instant until) { heldUntil = std::max(heldUntil, until); }

  const std::string key;
  const ChannelPolicy& policy;
  const std::uint64_t lostBefore;  // events up to this sequence may have been in an earlier channel of the name
  ChannelLog log;
  Members members;
  Instant lastUse;                // a publish, a join or a leave
  std::size_t inFlight = 0;       // members that are being sent bytes of this log
  std::size_t cutMembers = 0;     // members that were sent a part of an event of this log
  Instant heldUntil;              // see hold()
  ChannelNews news;               // the scheduler's
  ChannelInbox inbox;             // the inbox's
  bool isInDeflateQueue = false;  // the deflate queue's
  std::size_t storing = 0;        // events that the store queue has
};

}  // namespace millrace
