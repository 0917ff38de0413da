#pragma once

#include "core/base/instant.hpp"
#include "core/flow/flow_event.hpp"
#include "core/flow/merge_tally.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

namespace millrace {

// Of events with one key, the first passes and opens a window. What comes in it is held, each in the place of the one before. At
// its end the last one leaves, and the next window opens; one in which nothing came is closed. So one event leaves a key in each
// window, and the newest always does.
class KeyWindows {
 public:
  // Hashes of the keys: hash64().
  using Key = std::uint64_t;

  enum class Holding : std::uint8_t {
    held,    // nothing else of its key waits
    merged,  // it has taken the place of one that waited
  };

  // An event that leaves, and what it stands for.
  struct Released {
    HeldEvent event;
    MergeTally tally;
  };

  // Whether a window of the key is open, so that an event of it has to wait.
  [[nodiscard]] bool isOpen(Key key, Instant now) const;
  // Whether an event of the key waits, whose place another one could take.
  [[nodiscard]] bool holds(Key key) const {
    const auto found = windows_.find(key);
    return found != windows_.end() && found->second.event != nullptr;
  }
  // The event has passed.
  void open(Key key, Instant end, UnixTime at);
  // An event for an open window.
  Holding hold(Key key, const FlowEvent& event);

  // Whether the end of a window has come in which an event waits.
  [[nodiscard]] bool hasEnded(Instant now) const { return !held_.empty() && nextEnd() <= now; }
  // Forgets windows that have ended without one.
  void forgetEnded(Instant now);
  // What the next release() gives takes in memory, without the tally.
  [[nodiscard]] std::size_t firstBytes() const { return windows_.at(held_.begin()->second).event->bytes(); }
  // Of the window that ended first, whether it has ended or not; its next one ends at `nextEnd`. Only while something is held.
  [[nodiscard]] Released release(Instant nextEnd);

  [[nodiscard]] bool isEmpty() const { return windows_.empty(); }
  [[nodiscard]] std::size_t size() const { return windows_.size(); }
  // Events that wait, and their bytes.
  [[nodiscard]] std::size_t heldEvents() const { return held_.size(); }
  [[nodiscard]] std::size_t heldBytes() const { return heldBytes_; }
  // When the first window ends in which an event waits.
  [[nodiscard]] Instant nextEnd() const { return held_.empty() ? kNever : held_.begin()->first; }

 private:
  struct Window {
    Instant end;
    std::unique_ptr<HeldEvent> event;
    MergeTally tally;
  };
  using Ends = std::set<std::pair<Instant, Key>>;

  std::unordered_map<Key, Window> windows_;
  Ends held_;   // windows in which an event waits
  Ends empty_;  // the others
  std::size_t heldBytes_ = 0;
};

}  // namespace millrace
