#pragma once

#include "core/hub/channel.hpp"
#include "core/hub/event_filter.hpp"
#include "core/hub/fresh_events.hpp"
#include "core/hub/stored_cursor.hpp"
#include "core/hub/subscriber_options.hpp"
#include "core/log/cursor.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
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
  // It begins before so many of the newest entries that are for it, or with all that there are: of those that are no part of a state that it
  // owes. Gives the sequence behind which that is, or one that is smaller. Where memory has too few of them, all in the store count.
  std::uint64_t beginBefore(std::size_t entries, const SubscriberOptions& options, Instant now);

  // It begins behind this sequence, in the store, if memory has let go of what follows.
  void beginAfter(std::uint64_t sequence);
  // The log that is read now; null: a piece of the store is waited for.
  [[nodiscard]] const ChannelLog* log() const { return stored == nullptr ? &channel->log : stored->log(); }
  // Its places in that log: behind what was taken, and behind what the last gather() gave.
  [[nodiscard]] Cursor& taken() { return stored == nullptr ? cursor : stored->at; }
  [[nodiscard]] Cursor& givenTo() { return stored == nullptr ? given : stored->given; }
  [[nodiscard]] Cursor taken() const { return stored == nullptr ? cursor : stored->at; }
  // The log in memory was trimmed beyond the cursor.
  [[nodiscard]] bool isEvicted() const { return stored == nullptr && cursor < channel->log.begin(); }
  // The state that it was given does not matter any more, once all that is part of it was taken.
  void forgetTakenState() {
    const bool isTaken =
        stored == nullptr ? cursor >= channel->log.after(stateThrough) : stored->passedThrough() >= stateThrough;
    stateThrough = stateThrough > 0 && isTaken ? 0 : stateThrough;
  }
  // A copy for while the bytes of the last gather() are on their way.
  [[nodiscard]] Subscription copyInFlight() const;

  Channel* channel = nullptr;
  Cursor cursor;                         // in the channel's log in memory: behind what was taken
  Cursor given;                          // behind what the last gather() gave
  std::unique_ptr<StoredCursor> stored;  // it reads the store before that; null: it does not
  std::uint64_t begins = 0;              // it is given nothing up to this sequence
  EventFilter filter;                    // which events it reads
  std::size_t slot = 0;                  // its place in the channel's members
  std::uint64_t stateThrough = 0;        // of the state that was given; 0: no entry that is to come is part of it
  bool isInFlight = false;               // between gather() and taken()
  bool owesState = false;                // the channel's state is to be sent, if it has one
  bool endsSubscriber = true;            // see JoinOptions
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

  // One of them owes its state.
  void noteOwed() { mayOweStates_ = true; }

  // There are no fresh events.
  void clearFresh();

  // Whether a channel may have events that are not for the subscriber.
  [[nodiscard]] bool areFiltered() const;
  // Whether a log was trimmed beyond its cursor.
  [[nodiscard]] bool areEvicted() const;
  // Whether a channel has lost an event with a larger sequence.
  [[nodiscard]] bool haveLostSince(std::uint64_t sequence) const;
  // What may be read goes up to this sequence: the oldest event that a log holds is behind it, or one that has yet to come from the store.
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
