#pragma once

#include "core/base/instant.hpp"
#include "core/hub/channel.hpp"
#include "core/log/channel_log.hpp"
#include "core/log/cursor.hpp"
#include "core/log/replay.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

using ConnectionId = std::uint64_t;  // never reused in a process

// What happens to a connection that is further behind than its limits allow.
enum class Overflow : std::uint8_t {
  disconnect,  // it is closed; the client resumes from where it was
  dropOldest,  // its cursors jump to what the limits allow, and it is told of the gap
};

struct LagOptions {
  std::size_t events = 1000;
  std::size_t bytes = std::size_t{1024} * 1024;
  Overflow overflow = Overflow::disconnect;
  Millis stall{30000};  // who took nothing for so long, of what waits for it, is closed; whatever the overflow

  bool operator==(const LagOptions&) const = default;
};

struct HeartbeatOptions {
  Millis every{15000};  // 0: none
  std::string type;     // empty: a comment
  std::string data;     // JSON; empty: stream id, uptime, counts and remaining time

  bool operator==(const HeartbeatOptions&) const = default;
};

enum class CloseReason : std::uint8_t {
  closed,        // the application said so
  disconnected,  // the client has gone
  lagging,       // fell behind its limits under Overflow::disconnect
  durationCap,   // reached its maximum duration
  unread,        // nobody began to read it
  completed,     // was given an event after which it was to end
  draining,      // the hub is shutting down
};

// As clients and applications are told.
[[nodiscard]] std::string_view closeReasonName(CloseReason reason);

// The stream ends because somebody meant it to, and its client is told so.
[[nodiscard]] constexpr bool isMeant(CloseReason reason) {
  return reason == CloseReason::closed || reason == CloseReason::completed || reason == CloseReason::durationCap ||
         reason == CloseReason::draining;
}

// Nothing that is left reaches the client.
[[nodiscard]] constexpr bool isHopeless(CloseReason reason) {
  return reason == CloseReason::lagging || reason == CloseReason::disconnected;
}

struct ConnectionOptions {
  LagOptions lag;
  HeartbeatOptions heartbeat;
  Millis maxDuration{0};                  // 0: unlimited
  std::vector<std::uint64_t> closeAfter;  // hashes of the event types that are a connection's last
  bool isCompressed = false;              // its spans come with their deflated bytes, where there are any

  bool operator==(const ConnectionOptions&) const = default;
};

// How much one gather() gives of the logs at most; an event more than that is not cut. With 0 bytes: only what goes before
// the logs.
struct ReadLimits {
  std::size_t bytes = std::numeric_limits<std::size_t>::max();
  std::size_t spans = std::numeric_limits<std::size_t>::max();
  std::uint64_t sequence = kEverySequence;  // nothing newer
};

struct Subscription {
  Channel* channel = nullptr;
  Cursor cursor;
  Cursor given;                      // where the last gather() ended
  std::vector<std::uint64_t> types;  // hashes of the event types to read; empty: all
  std::size_t slot = 0;              // its place in the channel's members
  bool isInFlight = false;           // between gather() and taken()
};

class Merge;
struct MergeSource;

// One reader: a cursor into each of its channels' logs and into a log of its own, all merged by sequence. What it has not
// read yet is the distance to the heads; it holds no queue.
class Connection {
 public:
  // `position`: the sequence that its client already has.
  Connection(ConnectionId id, OwnerId owner, std::shared_ptr<const ConnectionOptions> options, std::uint64_t position)
      : id_(id), owner_(owner), shared_(std::move(options)), options_(*shared_), position_(position) {}

  [[nodiscard]] ConnectionId id() const { return id_; }
  [[nodiscard]] OwnerId owner() const { return owner_; }
  void setOwner(OwnerId owner);
  [[nodiscard]] const ConnectionOptions& options() const { return options_; }

  // --- reading (reading.cpp)

  // Appends what is to be sent now, in order: the rest of an event that was sent in part, notices, then the merge of all
  // logs from the cursors to the heads. The bytes stay in place until the next gather(), or as long as their pins.
  void gather(Instant now, const ReadLimits& limits, Spans& spans);
  // All that the last gather() gave has been taken.
  void taken();
  // It has been taken up to the byte at `firstUntaken`, which lies in one of the spans.
  void takenUpTo(const char* firstUntaken);
  // Whether the last gather() left something out because of its limits.
  [[nodiscard]] bool hasMore() const { return hasMore_; }
  // Between gather() and taken().
  [[nodiscard]] bool isInFlight() const { return isInFlight_; }
  [[nodiscard]] bool hasPending() const;
  // Whether the channel has events that it is yet to be given.
  [[nodiscard]] bool awaits(const Subscription& subscription) const;
  [[nodiscard]] bool hasBeenRead() const { return hasBeenRead_; }
  // Whether it is an event of `closeAfter`.
  [[nodiscard]] bool isLast(const LogEntry& entry) const;
  // Everything up to such an event has been taken.
  [[nodiscard]] bool isComplete() const { return hasLast_ && !hasPending(); }
  // takenUpTo() did not find the event that was cut, for its log has lost it: the stream cannot go on.
  [[nodiscard]] bool isBroken() const { return isBroken_; }
  // Events that were taken so far, those of a filtered channel counted whether they passed or not.
  [[nodiscard]] std::uint64_t eventsTaken() const { return eventsTaken_; }
  // Nothing with a larger sequence is given any more.
  void endAt(std::uint64_t sequence) { lastSequence_ = std::min(lastSequence_, sequence); }
  [[nodiscard]] std::uint64_t lastSequence() const { return lastSequence_; }

  // Everything up to this sequence was taken, or was not for it; kEverySequence: there is nothing more.
  [[nodiscard]] std::uint64_t passedThrough() const;

  [[nodiscard]] LogDistance lag() const;
  // Whether a log was trimmed beyond one of the cursors.
  [[nodiscard]] bool isEvicted() const;
  // Moves the cursors on until the lag is within the limits.
  void dropOldest();
  // Copies the rest of an event that was sent in part, if it lies in this channel's log before the cursor.
  void holdRestBefore(const Channel& channel, Cursor cursor);

  // --- writing

  // Bytes that go before everything else: a verdict, a snapshot, the cursor line.
  std::string& notice() { return notice_; }
  // The first read ends its notice with the position. Behind a snapshot: a client that got half of one is to ask for it again.
  void oweCursor() { owesCursor_ = true; }
  [[nodiscard]] bool owesCursor() const { return owesCursor_; }
  [[nodiscard]] bool payCursor() { return std::exchange(owesCursor_, false); }
  // Tells the client, once a read, that events are missing.
  void noticeGap();
  // Appends to the log of its own.
  void append(const LogEntry& entry);
  [[nodiscard]] std::size_t ownBytes() const { return own_ ? own_->bytes() : 0; }

  // --- subscriptions

  [[nodiscard]] Subscription* find(const Channel& channel);
  Subscription& add(Subscription subscription);
  void remove(Channel& channel);
  [[nodiscard]] const std::vector<Subscription>& subscriptions() const { return subscriptions_; }
  // Whether a channel may have events that are not for it.
  [[nodiscard]] bool isFiltered() const;
  // It has not been read yet, and its client has everything up to another sequence.
  void beginAt(std::uint64_t position);

  // The sequence a new subscription starts after: the client's position before anything was read, later the hub's head.
  [[nodiscard]] std::uint64_t joinPosition(std::uint64_t head) const { return hasBeenRead_ ? head : position_; }
  // The newest sequence that its client is known to have by an id: where it resumes.
  [[nodiscard]] std::uint64_t position() const { return position_; }
  void setPosition(std::uint64_t position) { position_ = position; }

  // --- kept by the hub

  struct HubState {
    bool isListed = false;           // in its owner's list of connections with news
    bool isOffered = false;          // its owner was told, and has not read since
    bool isEnding = false;           // its owner was told to close it
    bool isCounted = true;           // false: a listener in the process
    bool resumes = false;            // the client came with a cursor, and a channel may yet say what became of it
    bool owesVerdict = false;        // `verdict` is said by the first read; more channels may change it until then
    bool owesBeginning = false;      // the first read begins with the notice of a stream of ours
    bool isCatchingUp = true;        // it has yet to take for the first time all there is
    bool isGreeted = false;          // something goes before the cursor line
    bool hasProgressed = false;      // has taken something since its end began
    bool isSlow = false;             // behind, and the time to catch up is over
    std::optional<Verdict> verdict;  // of a client that came with a cursor
    CloseReason endReason = CloseReason::durationCap;  // of endsAt, and once it is ending why
    std::uint64_t resumeFrom = 0;                      // of the client's cursor: its sequence, or
    bool resumesByHash = false;                        // the hash of an id that is not this hub's
    void* reader = nullptr;                            // what the owner reads it with
    const std::string* userId = nullptr;               // in the registry
    Instant openedAt;
    Instant heartbeatAt = kNever;
    Instant endsAt = kNever;
    Instant unreadUntil = kNever;  // closed then, if nobody has begun to read it
    Instant judgedAt = kNever;     // when the time to catch up ends, which it did not use yet
    Instant stalledAt = kNever;    // closed then, if it takes nothing until then
    Instant notedAt = kNever;      // the deadline that the hub has noted, at most the next

    [[nodiscard]] Instant nextDeadline() const {
      return std::min({heartbeatAt, endsAt, unreadUntil, judgedAt, stalledAt});
    }
    void stopDeadlines() { heartbeatAt = endsAt = unreadUntil = judgedAt = stalledAt = kNever; }
  };
  HubState hub;

 private:
  [[nodiscard]] static bool passes(const Subscription& subscription, const LogEntry& entry);
  [[nodiscard]] Cursor endOf(const ChannelLog& log, std::uint64_t through = kEverySequence) const;
  [[nodiscard]] const Subscription* onlyPlainSubscription() const;
  void mergeFrom(Merge& merge, bool toGiven, std::uint64_t through = kEverySequence);
  void give(std::string_view bytes, const Deflated& deflated, Spans& spans) const;
  void gatherMerged(Instant now, const ReadLimits& limits, Spans& spans);
  void tear(const MergeSource& source, std::string_view rest);
  void forgetRest();
  void land();
  void trimOwn(Cursor before);

  const ConnectionId id_;
  OwnerId owner_;
  const std::shared_ptr<const ConnectionOptions> shared_;  // by thousands of connections, mostly
  const ConnectionOptions& options_;
  std::vector<Subscription> subscriptions_;
  std::unique_ptr<ChannelLog> own_;  // only while there is something in it
  Cursor ownGiven_;                  // where the last gather() ended in it
  std::string notice_;
  std::string sending_;             // what was a notice when gather() gave it, as far as it has not been taken
  std::string_view rest_;           // of an event that was sent in part, in the log of:
  Channel* restChannel_ = nullptr;  //
  Cursor restAt_;                   // and the event's place there
  std::uint64_t position_;
  std::uint64_t givenPosition_ = 0;  // what position_ becomes once all of the last gather() was taken
  std::uint64_t lastSequence_ = kEverySequence;
  bool owesCursor_ = false;
  bool hasBeenRead_ = false;
  bool hasGapNotice_ = false;
  bool hasMore_ = false;
  bool isInFlight_ = false;
  bool hasLast_ = false;    // an event of closeAfter was given: lastSequence_ is its
  bool givesLast_ = false;  // and it has not been taken yet
  bool isBroken_ = false;
  bool givesEnd_ = false;  // gather() gave everything up to lastSequence_
  bool isAtEnd_ = false;   // and it was taken: what the logs do does not matter any more
  std::uint64_t eventsTaken_ = 0;
};

}  // namespace millrace
