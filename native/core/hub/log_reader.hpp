#pragma once

#include "core/base/instant.hpp"
#include "core/hub/channel_ends.hpp"
#include "core/hub/cut_event.hpp"
#include "core/hub/end_notice.hpp"
#include "core/hub/flight.hpp"
#include "core/hub/own_log.hpp"
#include "core/hub/preamble.hpp"
#include "core/hub/read_limits.hpp"
#include "core/hub/stored_reading.hpp"
#include "core/hub/subscriber_options.hpp"
#include "core/hub/subscriptions.hpp"
#include "core/log/cursor.hpp"
#include "core/log/segment_chain.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace millrace {

class Merge;
struct MergeSource;

// What one subscriber has yet to be sent: a preamble, then the events of its channels' logs and of a log of its own, merged by
// their sequence from cursors on, and behind all of them the notice of the end. It holds no queue: what it has not read is the
// distance from its cursors to the heads.
//
// After gather() comes either taken() or takenUpTo(), and then gather() again.
class LogReader {
 public:
  // `position`: the sequence that its client already has. The options outlive it.
  LogReader(const SubscriberOptions& options, std::uint64_t position) : options_(options), position_(position) {}

  // Appends what is to be sent now, in order: the rest of an event that was sent in part, the preamble, then the merge of all
  // logs from the cursors to the heads. The bytes stay in place until the next gather(), or as long as their pins.
  void gather(Instant now, const ReadLimits& limits, Spans& spans);
  // All that the last gather() gave has been taken.
  void taken();
  // It has been taken up to the byte at `firstUntaken`, which lies in one of the spans.
  void takenUpTo(const char* firstUntaken);

  // Between gather() and taken().
  [[nodiscard]] bool isInFlight() const { return flight_.isUnderWay(); }
  // The stream cannot go on: takenUpTo() did not find the event that was cut, for its log has lost it, or the client misses events and is not to be
  // told.
  [[nodiscard]] bool isBroken() const { return isBroken_ || preamble_.isBroken(); }
  // Whether the last gather() left something out because of its limits of bytes and spans.
  [[nodiscard]] bool hasMore() const { return hasMore_; }
  [[nodiscard]] bool hasPending() const;
  // What comes next has to be read from the store.
  friend bool awaitsStore(const LogReader& reader);
  // Whether the channel has events up to this sequence that are yet to be given.
  [[nodiscard]] bool awaits(const Subscription& subscription, std::uint64_t through = kEverySequence) const;
  // Everything up to such an event has been taken, or up to the end of channels that are all closed.
  [[nodiscard]] bool isComplete() const {
    return (hasLastEvent_ || areClosed(subscriptions_)) && !hasPending() && !awaitsStore(*this);
  }
  // Events that were taken so far; one that was cut counts as soon as its beginning was taken.
  [[nodiscard]] std::uint64_t eventsTaken() const { return eventsTaken_; }

  // Nothing with a larger sequence is given any more.
  void endAt(std::uint64_t sequence) { lastSequence_ = std::min(lastSequence_, sequence); }
  // Sets the notice that is given behind the last event before endAt().
  void sayAtEnd(std::string_view notice) { endNotice_.set(notice); }

  // The newest sequence that the client is known to have by an id: where it resumes.
  [[nodiscard]] std::uint64_t position() const { return position_; }
  void setPosition(std::uint64_t position) { position_ = position; }
  // It has not been read yet, and its client has everything up to another sequence.
  void beginAt(std::uint64_t position) {
    position_ = position;
    subscriptions_.moveTo(position);
  }
  // Everything up to this sequence was taken, or was not for the subscriber; kEverySequence: there is nothing more.
  [[nodiscard]] std::uint64_t passedThrough() const {
    return std::max(takenThrough(), std::min({lastSequence_, subscriptions_.passedThrough(), own_.passedThrough()}));
  }

  [[nodiscard]] LogDistance lag() const;
  // Whether a log was trimmed beyond one of the cursors, and the store does not have what is missing.
  [[nodiscard]] bool isEvicted() const { return end_ != End::reached && haveLost(subscriptions_, takenThrough()); }
  // Moves the cursors on until the lag is within the options' limits, and tells the client of the gap.
  void dropOldest();
  // The subscriber leaves the channel. Of what is being sent, the part that is taken still counts.
  void leave(const Subscription& subscription) {
    keepRestBefore(*subscription.channel, subscription.channel->log.end());
    flight_.leave(subscription);
  }
  // What is being sent does not matter any more: the subscriber is removed.
  void endFlight() {
    flight_.end(subscriptions_);
    flight_.forgetLeft();
  }
  // The channel's log is about to evict what lies before the cursor: the rest of an event that was cut there is copied.
  void keepRestBefore(const Channel& channel, Cursor cursor) {
    cut_.keepBefore(channel, cursor, isInFlight(), preamble_);
  }

  [[nodiscard]] Subscriptions& subscriptions() { return subscriptions_; }
  [[nodiscard]] const Subscriptions& subscriptions() const { return subscriptions_; }
  [[nodiscard]] Preamble& preamble() { return preamble_; }
  [[nodiscard]] OwnLog& own() { return own_; }

 private:
  // Whether all events up to lastSequence_ have been given, and taken. Later ones do not matter.
  enum class End : std::uint8_t { ahead, given, reached };

  // Everything up to this sequence was taken: the position, or, where a read was taken in part, what was taken of it.
  [[nodiscard]] std::uint64_t takenThrough() const { return std::max(position_, takenThrough_); }
  [[nodiscard]] Cursor endOf(const ChannelLog& log, std::uint64_t through = kEverySequence) const;
  [[nodiscard]] bool readsOnePlainLog() const;
  void gatherMerged(Instant now, const ReadLimits& limits, Spans& spans);
  void mergeFrom(Merge& merge, bool toGiven, std::uint64_t through = kEverySequence);
  void give(std::string_view bytes, const Deflated& deflated, Spans& spans) const;
  std::uint64_t findCut(Merge& merge, const char* firstUntaken);
  void takenUpToEvent(const char* firstUntaken);
  void cutAt(const MergeSource& source, std::string_view rest);
  [[nodiscard]] FreshEvents& freshOf(const MergeSource& source);

  const SubscriberOptions& options_;
  Subscriptions subscriptions_;
  OwnLog own_;
  Preamble preamble_;
  CutEvent cut_;
  Flight flight_;
  EndNotice endNotice_;
  std::uint64_t position_;
  std::uint64_t takenThrough_ = 0;
  std::uint64_t givenPosition_ = 0;  // what position_ becomes once all of the last gather() was taken
  std::uint64_t lastSequence_ = kEverySequence;
  std::uint64_t eventsTaken_ = 0;
  Instant gatheredAt_;
  End end_ = End::ahead;
  bool hasLastEvent_ = false;  // gather() has given an event of closeAfter, which is the last
  bool hasMore_ = false;
  bool isBroken_ = false;
};

[[nodiscard]] bool awaitsStore(const LogReader& reader);

}  // namespace millrace
