#pragma once

#include "core/base/instant.hpp"
#include "core/hub/channel.hpp"
#include "core/hub/sequence.hpp"
#include "core/hub/subscriber.hpp"
#include "core/hub/turn.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

namespace millrace {

class Registry;

// Knows which subscribers have unread events, and which owners are to be woken for them. Each owner has a list of its subscribers
// that have news, and processes it in turns.
//
// An append touches its channel and the channel's owners only. When a turn begins, a pass over the members of each such
// channel puts them into their owners' lists, a part at each collect(): so no call takes longer the more subscribers there are.
class Scheduler {
 public:
  explicit Scheduler(const Sequence& sequence) : sequence_(sequence) {}

  // --- owners

  // Made when it is not there. What was published before does not wait for it.
  void addSubscriber(OwnerId id) { ++ownerNamed(id).subscribers; }
  // Says whether the owner is forgotten by this: it has no other, and is not trusted.
  bool removeSubscriber(OwnerId id);
  // This owner does all it can in every turn, so its turns are waited for however long they take.
  void trust(OwnerId id) { ownerNamed(id).isTrusted = true; }
  // The owner is gone. Says whether it is forgotten by this.
  bool distrust(OwnerId id);

  // --- news

  // The channel has events that can be read from now on; the oldest of them has this number.
  void noteAppended(Channel& channel, std::uint64_t sequence, Instant now);
  // The subscriber has something to read that is not in a channel.
  void noteNews(Subscriber& subscriber, Instant now);
  // The subscriber's owner is to close it.
  void noteClosing(const Subscriber& subscriber, CloseReason reason, Instant now);
  // The owner is not to close the subscriber any more, for another owner is.
  void withdrawClosing(const Subscriber& subscriber);

  // --- turns

  // Owners that have something to collect, each named once until its turn begins.
  [[nodiscard]] std::vector<OwnerId> takeWakes();
  void beginTurn(OwnerId id);
  // The next part of the turn: looks at about `limit` subscribers. Says whether there are more.
  bool collect(OwnerId id, std::size_t limit, Registry& registry, Instant now, Turn& turn);
  // Returns the subscribers that were told of bytes in this turn, and may not have taken them.
  [[nodiscard]] std::vector<SubscriberId> endTurn(OwnerId id, Instant now);

  // Everything up to this sequence has been offered to all of the channel's members; kEverySequence: nobody has yet to look.
  // `patience`: whether owners that have not looked for long are waited for.
  enum class Patience : std::uint8_t { endless, limited };
  [[nodiscard]] std::uint64_t offeredThrough(const Channel& channel, Patience patience, Instant now) const;
  // Untrusted owners that were asked for a turn, or began one, long ago.
  [[nodiscard]] std::vector<OwnerId> late(Instant now) const;

 private:
  // Whether it is to begin a turn: `due` until takeWakes() names it, `asked` until it does.
  enum class Wake : std::uint8_t { none, due, asked };

  struct Owner {
    std::vector<SubscriberId> news;     // subscribers with something new, from `next` on
    std::size_t next = 0;               //
    std::vector<SubscriberId> offered;  // in this turn, to be judged at its end
    std::vector<std::pair<SubscriberId, CloseReason>> closing;
    std::size_t subscribers = 0;
    std::size_t budget = 0;    // how many of `news` the turn looks at yet, once it is bounded
    std::uint64_t passes = 0;  // the turn waits for the passes up to this one, and is bounded when they are over
    std::uint64_t offeringThrough = 0;  // the turn offers everything up to this sequence
    std::uint64_t offeredThrough = 0;   // its last turn has offered everything up to this sequence
    Instant wokenAt;                    // when it was woken first since its last turn
    Wake wake = Wake::none;
    bool isInTurn = false;
    bool isBounded = true;
    bool isTrusted = false;

    [[nodiscard]] bool isBusy() const { return wake != Wake::none || isInTurn; }
    [[nodiscard]] bool isLate(Instant now) const;
  };

  Owner& ownerNamed(OwnerId id);
  [[nodiscard]] Owner* find(OwnerId id);
  [[nodiscard]] Owner& ownerOf(const Subscriber& subscriber);
  bool forgetIfUnused(OwnerId id);
  void wake(Owner& owner, Instant now) const;
  void runPasses(std::size_t limit, Instant now);

  const Sequence& sequence_;
  std::unordered_map<OwnerId, Owner> owners_;
  OwnerId lastOwnerId_ = 0;  // what ownerOf() found last: most subscribers have the same owner
  Owner* lastOwner_ = nullptr;
  std::vector<Channel*> appended_;  // channels with new events since a turn began
  std::deque<Channel*> passes_;     // a pass over the members of each waits; that of the first may run
  std::uint64_t passCount_ = 0;     // that were ever put there
};

}  // namespace millrace
