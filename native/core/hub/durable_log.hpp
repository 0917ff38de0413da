#pragma once

#include "core/base/instant.hpp"
#include "core/base/wall_clock.hpp"
#include "core/hub/hub_options.hpp"
#include "core/hub/store_journals.hpp"
#include "core/hub/store_queue.hpp"
#include "core/hub/stored_reads.hpp"
#include "core/log/log_store.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

class ChannelPolicies;
struct Channel;
class IdempotencyKeys;
class Registry;
class Sequence;
class StoredChannels;
struct StoredLog;

// What a store had when it was opened.
struct StoreStart {
  std::uint64_t epoch = 0;
  std::uint64_t newest = 0;       // no event was given a larger number
  std::uint64_t lostThrough = 0;  // see StorePosition
  std::vector<StoredChannel> channels;
  WallClock clock;
};

// A store is to let go of the channel's oldest events.
struct StoreTrim {
  StoreLimits limits;
  StoredChannel channel;  // its key; the store fills in what it has afterwards
};

// What a store has to do, in this order.
struct StoreWork {
  std::vector<std::string> forgets;
  std::vector<std::pair<std::string, std::uint64_t>> ends;  // channels, and their last sequences
  std::vector<StoreTrim> trims;
  std::vector<StoreJob> entries;   // events
  std::vector<StoreJob> journals;  // entries of journals, stored together with those
  StorePosition position;
};

// A hub's side of its store: what is to be written, what is read, and what the store has. An adapter takes work() and
// reads().jobs(), has the store do them without the hub's guard (store_adapter.hpp), and tells finish() and reads().finish() the outcome.
class DurableLog {
 public:
  // So many numbers a process may give before the store knows of them.
  static constexpr std::uint64_t kReserved = std::uint64_t{1} << 20U;
  // Where it is not known how many numbers an earlier process gave, it was fewer than so many more than it had reserved.
  static constexpr std::uint64_t kSkipped = std::uint64_t{1} << 32U;

  // All outlive it.
  struct Parts {
    Sequence& sequence;
    const ChannelPolicies& policies;
    Registry& registry;
    StoredChannels& stored;
    StoreQueue& queue;
    StoreJournals& journals;
    IdempotencyKeys& keys;
    StoredReads& reads;
    const HubOptions& options;
  };
  explicit DurableLog(const Parts& parts) : parts_(parts) {}

  // The hub goes on where the store's last user has ended. Before anything was published or read, and before position() was written, which
  // the caller does next.
  void open(const StoreStart& start);
  [[nodiscard]] bool isOpen() const { return isOpen_; }
  // The store has events of the channel.
  [[nodiscard]] bool hasStored(std::string_view channel) const;
  // The channel's events are given to nobody before they are stored, nor what tells of them.
  [[nodiscard]] bool isHeld(std::string_view channel) const;
  // Nothing was published yet, and nobody reads: it can be opened.
  [[nodiscard]] bool isUnused() const;
  [[nodiscard]] const WallClock& clock() const { return clock_; }
  // The newest number that an earlier process gave: what was written in this one has a larger one.
  [[nodiscard]] std::uint64_t beganBehind() const { return beganBehind_; }
  // The newest number that was given.
  [[nodiscard]] std::uint64_t newest() const;

  // Whether there is something to be written.
  [[nodiscard]] bool hasWork() const;
  // The last work failed; it is tried again.
  [[nodiscard]] bool isFailing() const { return isFailing_; }
  // Whether somebody waits for it.
  [[nodiscard]] bool isUrgent() const { return parts_.queue.isUrgent() || !forgets_.empty() || !ends_.empty(); }
  // At most so many entries. None before finish() was told of the last ones.
  [[nodiscard]] StoreWork work(std::size_t limit);
  void finish(const StoreWork& work, StoreOutcome outcome, Instant now);
  // Where the hub is.
  [[nodiscard]] StorePosition position() const;

  // What waits for a store that fails is given up, the oldest first, until it is half of what may wait; of journals, what is not needed.
  void giveUpIfFull();
  // The channel was closed: that is stored, too, behind its events, if those are.
  void end(Channel& channel);
  // The channel's events, document and idempotency keys are gone: from memory at once, from the store with the next work.
  void forget(std::string_view key, Instant now);
  // Channels that the store has yet to forget, or to close.
  [[nodiscard]] std::size_t tasksWaiting() const { return forgets_.size() + ends_.size() + working_; }
  // What has become too old in the store is to go.
  void sweep(Instant now);

  // Of an event, or of an entry of a journal.
  [[nodiscard]] StoredState stateOf(std::uint64_t sequence) const;
  // What is too large for an event is kept, as long as the events of any channel. Gives the number of its entry; 0: the store has had it for
  // less than half of that.
  [[nodiscard]] std::uint64_t keepContent(std::string_view name, std::string_view bytes, Instant now);
  [[nodiscard]] StoreQueue& queue() { return parts_.queue; }
  [[nodiscard]] StoredReads& reads() { return parts_.reads; }
  [[nodiscard]] StoreJournals& journals() { return parts_.journals; }
  [[nodiscard]] IdempotencyKeys& keys() { return parts_.keys; }

 private:
  void takeBack(const StoreWork& work);
  void noteTrimmed(const StoredChannel& channel);
  void noteOpened(const StoredChannel& channel, std::uint64_t lostThrough);
  void noteSettled(const StoreJournals::Settled& entry);
  void trimIfNeeded(std::string_view key, Instant now);
  void trimJournalIfNeeded(std::string_view name, StoredLog& log, Instant now);
  [[nodiscard]] bool isInUse(std::string_view journal) const;
  [[nodiscard]] std::uint64_t entriesOf(std::string_view journal) const;
  [[nodiscard]] Millis keptFor(std::string_view journal) const;
  void forgetStored(std::string_view key, Instant now);
  [[nodiscard]] StoreLimits limitsOf(std::string_view key) const;

  const Parts parts_;
  WallClock clock_;
  std::vector<std::string> forgets_;
  std::vector<std::string> ends_;   // channels
  std::size_t working_ = 0;         // of those, that were given by work()
  std::vector<std::string> trims_;  // channels
  std::uint64_t reservedThrough_ = 0;
  std::uint64_t lostThrough_ = 0;
  std::uint64_t beganBehind_ = 0;
  Instant now_;  // of the last sweep or finish
  bool isOpen_ = false;
  bool isWorking_ = false;
  bool isFailing_ = false;
};

}  // namespace millrace
