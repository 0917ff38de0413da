#pragma once

#include "core/base/instant.hpp"
#include "core/flow/channel_flow.hpp"
#include "core/hub/channel.hpp"

#include <cstddef>
#include <optional>
#include <set>

namespace millrace {

class EventWriter;
class Inbox;
class Registry;

// The events that wait because of their channel's policy: for the rate, or for the end of their key's window. They get their numbers
// when they leave. Their bytes count in the inbox.
class FlowControl {
 public:
  // All outlive it.
  struct Parts {
    const Registry& registry;
    Inbox& inbox;
    EventWriter& writer;
  };
  explicit FlowControl(const Parts& parts) : parts_(parts) {}

  // What becomes of an event that was published. release() was called before. One that passes is the caller's to append.
  [[nodiscard]] FlowOutcome offer(Channel& channel, const FlowEvent& event, Instant now);
  // What may leave the channel now gets into its log.
  void release(Channel& channel, Instant now);
  // How long it takes until the channel's rate lets another event through, of one that was refused.
  [[nodiscard]] static Millis waitFor(const Channel& channel, Instant now);

  // All that waits leaves now.
  void flush(Channel& channel, Instant now);
  void flushAll(Instant now);
  // The same, and from now on nothing waits: the hub ends.
  void stop(Instant now);
  // The rules of channels have changed: at the next runDue() they count for what waits.
  void rulesChanged();

  void runDue(Instant now);
  // kNever: nothing waits.
  [[nodiscard]] Instant next() const { return due_.empty() ? kNever : due_.begin()->at; }
  // Events that wait.
  [[nodiscard]] std::size_t events() const { return events_; }

 private:
  struct Due {
    Instant at;
    Channel* channel = nullptr;

    friend bool operator<(const Due& left, const Due& right) {
      return left.at != right.at ? left.at < right.at : left.channel->key < right.channel->key;
    }
  };
  // What waits in a channel, before something changes.
  struct Size {
    std::size_t events = 0;
    std::size_t bytes = 0;
    std::size_t windows = 0;
  };

  [[nodiscard]] static Size sizeOf(const ChannelFlow& flow) { return {flow.events(), flow.bytes(), flow.windows()}; }
  // ChannelFlow::release or flush.
  using LetGo = std::optional<HeldEvent> (ChannelFlow::*)(const FlowRules&, Instant);

  void write(Channel& channel, LetGo letGo, Instant now);
  [[nodiscard]] NewWindows newWindows(Instant now);
  void noteChange(Channel& channel, const Size& before, Instant now);

  Parts parts_;
  bool isStopped_ = false;
  std::set<Due> due_;  // channels in which something waits
  std::size_t events_ = 0;
  std::size_t windows_ = 0;  // at least as many as there are
  Instant nextCount_;        // windows are not counted before
};

}  // namespace millrace
