#pragma once

#include "core/base/instant.hpp"
#include "core/hub/channel.hpp"
#include "core/hub/hub_options.hpp"
#include "core/hub/scheduler.hpp"

#include <cstddef>
#include <unordered_map>
#include <vector>

namespace millrace {

// Counts the bytes that were published and not yet offered to every owner. Their number is bounded, and the logs are trimmed by what
// has been offered: nothing is evicted before every owner of a channel's members has had a turn that began after it was
// published, or while a member that fell behind may yet catch up; unless the inbox is half full.
class Inbox {
 public:
  // Both outlive it.
  Inbox(const Scheduler& scheduler, const HubOptions& options) : scheduler_(scheduler), options_(options) {}

  // Whether so many bytes more may be accepted. Looks first for what has been offered meanwhile.
  [[nodiscard]] bool hasRoomFor(std::size_t bytes, Instant now);
  // A channel's event, to be offered to all members.
  void add(Channel& channel, std::size_t bytes);
  // An event for one subscriber of this owner.
  void addOwn(OwnerId owner, std::size_t bytes);
  // The owner had a turn, or is gone: what was for its subscribers alone has been offered.
  void clearOwn(OwnerId owner);

  // So many bytes of a channel wait in the flow control now.
  void noteHeld(std::size_t before, std::size_t after) { held_ += after - before; }

  // Whether more may wait there: half of all, so that channels without a policy are never refused because of others.
  [[nodiscard]] bool mayHold() const { return held_ < options_.inboxBytes / 2; }

  // Trims the logs of the channels that were appended to, as far as they may be.
  void trim(Instant now);

  [[nodiscard]] std::size_t bytes() const { return bytes_ + held_; }
  [[nodiscard]] std::size_t held() const { return held_; }

 private:
  [[nodiscard]] bool isPressed() const { return bytes_ > options_.inboxBytes / 2; }
  [[nodiscard]] bool trimChannel(Channel& channel, Instant now);

  const Scheduler& scheduler_;
  const HubOptions& options_;
  std::size_t bytes_ = 0;  // accepted, and not offered to everybody
  std::size_t held_ = 0;   // accepted, and waiting in the flow control
  std::unordered_map<OwnerId, std::size_t> own_;
  std::vector<Channel*> awaitTrim_;
};

}  // namespace millrace
