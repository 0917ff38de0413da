#pragma once

#include "core/base/instant.hpp"
#include "core/base/text_map.hpp"
#include "core/hub/store_job.hpp"
#include "core/log/cursor.hpp"
#include "core/log/log_store.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

class Sequence;
class StoredChannels;

// What a journal is of. The letters stand in the store.
enum class JournalKind : char {
  document = 'd',         // of a channel
  idempotencyKeys = 'k',  // of a channel
  content = 'c',          // what is too large for an event
};

// A journal's name among the store's channels. No channel is called so, for its first byte is never one of UTF-8.
[[nodiscard]] std::string journalName(JournalKind kind, std::string_view of);
[[nodiscard]] inline bool isJournal(std::string_view name) { return name.starts_with('\xFF'); }
[[nodiscard]] inline JournalKind kindOf(std::string_view name) { return static_cast<JournalKind>(name[1]); }
// The channel that it is of, or whatever else it is about.
[[nodiscard]] inline std::string_view aboutOf(std::string_view name) { return name.substr(2); }

// An entry of a journal: everything, after which those before it do not matter, or a change of what was there.
enum class JournalStep : char { whole = 'w', change = 'c' };

[[nodiscard]] inline bool isWhole(std::string_view entry) {
  return entry.starts_with(static_cast<char>(JournalStep::whole));
}
[[nodiscard]] inline std::string_view textOf(std::string_view entry) { return entry.substr(1); }

// How long a journal is from its newest whole on.
struct JournalSize {
  std::size_t whole = 0;  // bytes of that
  std::size_t changes = 0;
  std::size_t entries = 0;  // that the store has, the whole included
  Instant wholeAt;
};

// What a hub keeps in its store beside events, such as the documents of its channels. Each of them has a journal among the store's channels.
// Its entries have numbers as events have, and are written with them, in one order: neither is ahead of the other after a crash.
class StoreJournals {
 public:
  // Both outlive it.
  StoreJournals(Sequence& sequence, StoredChannels& stored) : sequence_(sequence), stored_(stored) {}

  // Gives the entry's number. `isHeld`: what tells of it is held back until it is stored, so it is given up if it cannot be.
  std::uint64_t append(std::string_view name, JournalStep step, std::string_view text, bool isHeld, Instant now);
  // The next entry should be a whole: there is none yet, the changes have become longer than it, or it is older than this.
  [[nodiscard]] bool isWholeDue(std::string_view name, Millis oldest, Instant now) const;

  [[nodiscard]] bool isEmpty() const { return waiting_.empty(); }
  // The number of the oldest entry that waits; none does: kEverySequence.
  [[nodiscard]] std::uint64_t oldest() const { return waiting_.empty() ? kEverySequence : waiting_.front().sequence; }
  // The entries that are numbered below `before`; none before finish() has told of those that were given last.
  [[nodiscard]] std::vector<StoreJob> jobs(std::uint64_t before);
  // What became of them. `settle` is told of each that was stored, or never will be.
  struct Settled {
    std::string_view name;
    std::uint64_t sequence = 0;
    bool isHeld = false;
    bool isStored = false;
  };
  void finish(StoreOutcome outcome, const std::function<void(const Settled&)>& settle);

  // So many of the newest entries that the store has are needed.
  [[nodiscard]] std::size_t needed(std::string_view name) const;
  // What was read of it.
  void noteRead(std::string_view name, const JournalSize& size) { sizes_.insert_or_assign(std::string(name), size); }
  // It was read or written, and comes to nothing.
  [[nodiscard]] bool isBlank(std::string_view name) const;
  // Nothing of it is to be stored any more. Says whether the store is being given some of it now.
  bool forget(std::string_view name);
  // The store lets go of it.
  void noteGone(std::string_view name);
  // Of what waits, only what is needed stays: the store fails, and memory must not grow.
  void compact();

 private:
  struct Waiting {
    std::string name;
    std::string bytes;
    std::uint64_t sequence = 0;
    Instant at;
    bool isHeld = false;
    bool isForgotten = false;
  };

  void noteStored(const Waiting& entry);
  template <typename IsSuperfluous>
  void eraseWaiting(IsSuperfluous&& isSuperfluous);

  Sequence& sequence_;
  StoredChannels& stored_;
  std::deque<Waiting> waiting_;
  std::size_t given_ = 0;  // of those, by the last jobs()
  TextMap<JournalSize> sizes_;
};

}  // namespace millrace
