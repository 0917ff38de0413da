#pragma once

#include "core/base/instant.hpp"
#include "core/flow/channel_flow.hpp"
#include "core/hub/channel_class.hpp"
#include "core/hub/channel_state.hpp"
#include "core/hub/members.hpp"
#include "core/hub/stored_channels.hpp"
#include "core/log/channel_log.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
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

// What waits in a channel because of its policy.
struct ChannelHolding {
  ChannelFlow flow;
  Instant due = kNever;  // noted by the flow control; kNever: nothing waits
};

// A log with a name and rules, and the subscribers that read it.
struct Channel {
  // The class must outlive it, or be replaced.
  Channel(std::string channelKey, ChannelClass& group, std::uint64_t evictedThrough)
      : key(std::move(channelKey)),
        lostBefore(evictedThrough),
        log(evictedThrough),
        newestEvent(evictedThrough),
        class_(&group) {
    ++class_->channels;
    noteMemory();
  }
  ~Channel() {
    --class_->channels;
    class_->memory -= memory_;
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  Channel(Channel&&) = delete;
  Channel& operator=(Channel&&) = delete;

  [[nodiscard]] ChannelClass& channelClass() const { return *class_; }
  [[nodiscard]] const ChannelPolicy& policy() const { return class_->policy; }
  // Another policy is its own from now on.
  void assign(ChannelClass& group);

  // Nothing is published into it any more.
  [[nodiscard]] bool isClosed() const { return endsAfter > 0; }

  // It is empty, nobody reads it, it has lost nothing, and no part of the hub refers to it: it can be deleted, and nothing is lost.
  [[nodiscard]] bool isVoid() const;
  // No part of the hub refers to it, and nothing of it is on its way.
  [[nodiscard]] bool isAtRest() const;

  // The newest event that memory has let go of. What was dropped since, because it could not be stored, never was an event.
  [[nodiscard]] std::uint64_t evictedThrough() const {
    return hasDropped ? std::min(log.evictedThrough(), newestEvent) : log.evictedThrough();
  }
  // Whether there are events behind this sequence that only the store has.
  [[nodiscard]] bool hasStoredAfter(std::uint64_t sequence) const {
    return stored != nullptr && sequence < evictedThrough() && sequence < stored->newest;
  }
  // Whether every event behind this sequence can be read, from memory or from the store.
  [[nodiscard]] bool hasAllAfter(std::uint64_t sequence) const {
    return sequence >= evictedThrough() || (hasStoredAfter(sequence) && sequence >= stored->lostThrough);
  }

  // Forgets what the flow control keeps of it, if that has no effect any more.
  void tidy(Instant now);
  // Evicts what lies before the cursor and does not wait for the store. A member that has been sent a part of such an event gets a copy of
  // its rest.
  void trimBefore(Cursor before, Instant now);
  // Behind the events that do not wait for the store.
  [[nodiscard]] Cursor evictableEnd() const { return {log.end().next - storing}; }
  // The same of all that lies there: what the store has been given of it stays in place until it answers, though not in the log.
  void evictBefore(Cursor cursor, Instant now);
  // Evicts what the policy does not keep.
  void trim(Instant now) { trimBefore(log.kept(policy().history, now, evictableEnd()), now); }
  // The log or the members have changed: its class counts its memory anew.
  void noteMemory();
  // Nothing that a member has not taken is evicted before, as long as the inbox is not half full.
  void hold(Instant until) { heldUntil = std::max(heldUntil, until); }

  const std::string key;
  const std::uint64_t lostBefore;  // events up to this sequence may have been in an earlier channel of the name
  ChannelLog log;
  Members members;
  Instant lastUse;                          // a publish, a join or a leave
  std::size_t inFlight = 0;                 // members that are being sent bytes of this log
  std::size_t cutMembers = 0;               // members that were sent a part of an event of this log
  Instant heldUntil;                        // see hold()
  ChannelNews news;                         // the scheduler's
  ChannelInbox inbox;                       // the inbox's
  bool isInDeflateQueue = false;            // the deflate queue's
  std::size_t storing = 0;                  // events that the store queue has: the newest of the log
  std::uint64_t newestEvent;                // the store queue's: of those that do not wait for the store
  std::uint64_t endsAfter = 0;              // it is closed behind this sequence; 0: it is open
  bool hasDropped = false;                  // the store queue's: some could not be stored
  StoredLog* stored = nullptr;              // what the store has; null: nothing
  std::unique_ptr<ChannelState> state;      // none: it has no state but its events
  std::unique_ptr<ChannelHolding> holding;  // the flow control's; made when it is needed

 private:
  ChannelClass* class_;
  ChannelMemory memory_;  // as the class counts it
};

}  // namespace millrace
