#pragma once

#include "core/hub/channel.hpp"
#include "core/hub/event_filter.hpp"
#include "core/hub/fresh_events.hpp"
#include "core/hub/subscriber_options.hpp"
#include "core/log/cursor.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace millrace {

// Who wants a subscriber to read a channel: a client may leave those that it has chosen.
enum class ChosenBy : std::uint8_t { route, client };

// One channel that a subscriber reads.
struct Subscription {
  // Whether its filter takes the entry, and it was not sent a state that the entry is part of. Of an event with which the stream
  // ends only its type counts.
  [[nodiscard]] bool wants(const LogEntry& entry, const SubscriberOptions& options) const {
    return isWanted(entry, stateThrough, options);
  }
  // The same if it had been sent the state as it was after that sequence.
  [[nodiscard]] bool isWanted(const LogEntry& entry, std::uint64_t through, const SubscriberOptions& options) const {
    if (endsAfter(entry, options)) {
      return filter.takesType(entry);
    }
    const bool isInState =
        entry.sequence <= through && channel->state != nullptr && channel->state->source->isChangedBy(entry.typeHash);
    return filter.takes(entry) && !isInState;
  }
  // Whether the subscriber ends after the entry.
  [[nodiscard]] bool endsAfter(const LogEntry& entry, const SubscriberOptions& options) const {
    return endsSubscriber && options.endsAfter(entry.typeHash);
  }
  // The state that it is sent; null: none.
  [[nodiscard]] SharedText stateText() const {
    if (channel->state == nullptr) {
      return nullptr;
    }
    const std::vector<std::uint64_t>& types = filter.types();
    return types.empty() ? channel->state->source->text() : channel->state->source->textOf(types);
  }
  // Behind which so many of the newest entries are for it, or all that there are: of those that are no part of a state that it owes.
  [[nodiscard]] Cursor before(std::size_t entries, const SubscriberOptions& options, Instant now) const;

  Channel* channel = nullptr;
  Cursor cursor;                   // behind what was taken
  Cursor given;                    // behind what the last gather() gave
  EventFilter filter;              // which events it reads
  std::size_t slot = 0;            // its place in the channel's members
  std::uint64_t stateThrough = 0;  // of the state that was given; 0: no entry that is to come is part of it
  bool isInFlight = false;         // between gather() and taken()
  bool owesState = false;          // the channel's state is to be sent, if it has one
  bool endsSubscriber = true;      // see JoinOptions
  ChosenBy chosenBy = ChosenBy::route;
  FreshEvents fresh;  // of this channel
};

// The channels that a subscriber reads, and its cursors into their logs. Most subscribers read one.
class Subscriptions {
 public:
  [[nodiscard]] bool isEmpty() const { return list_.empty(); }
  [[nodiscard]] std::size_t size() const { return list_.size(); }
  // The bytes that the list has asked for.
  [[nodiscard]] std::size_t capacity() const { return list_.capacity() * sizeof(Subscription); }
  [[nodiscard]] auto begin() { return list_.begin(); }
  [[nodiscard]] auto end() { return list_.end(); }
  [[nodiscard]] auto begin() const { return list_.begin(); }
  [[nodiscard]] auto end() const { return list_.end(); }
  [[nodiscard]] Subscription& first() { return list_.front(); }
  [[nodiscard]] const Subscription& first() const { return list_.front(); }
  [[nodiscard]] Subscription& last() { return list_.back(); }

  [[nodiscard]] Subscription* find(const Channel& channel);
  [[nodiscard]] bool contain(const Channel& channel) const;
  // Whether a channel is of this class.
  [[nodiscard]] bool contain(const ChannelClass& group) const;
  Subscription& add(Subscription subscription);
  void remove(const Channel& channel);

  // Whether a channel's state may have to be sent: every read asks.
  [[nodiscard]] bool mayOweStates() const { return mayOweStates_; }
  // All of them, for the client has missed something.
  void oweStates();
  // Of the channels whose logs were trimmed beyond the cursors.
  void oweStatesOfEvicted();
  // Calls `act(Subscription&)` for those that owe one, which then do not.
  template <typename Act>
  void settleStates(Act&& act) {
    mayOweStates_ = false;
    for (Subscription& subscription : list_) {
      if (std::exchange(subscription.owesState, false)) {
        act(subscription);
      }
    }
  }

  // There are no fresh events.
  void clearFresh();

  // Whether a channel may have events that are not for the subscriber.
  [[nodiscard]] bool areFiltered() const;
  // Whether a log was trimmed beyond its cursor.
  [[nodiscard]] bool areEvicted() const;
  // Whether a log has lost an event with a larger sequence.
  [[nodiscard]] bool haveLostSince(std::uint64_t sequence) const;
  // What may be read goes up to this sequence: the oldest event that a log holds is behind it.
  [[nodiscard]] std::uint64_t readableThrough() const;
  // Everything up to this sequence lies before the cursors; kEverySequence: everything there is.
  [[nodiscard]] std::uint64_t passedThrough() const;
  // How far the cursors are behind, all together.
  [[nodiscard]] LogDistance lag() const;
  // Cursors that a log was trimmed beyond move to what is left.
  void skipEvicted();
  // All cursors move behind this sequence.
  void moveTo(std::uint64_t sequence);

 private:
  std::vector<Subscription> list_;
  bool mayOweStates_ = false;
};

}  // namespace millrace
