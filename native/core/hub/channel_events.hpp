#pragma once

#include "core/base/instant.hpp"
#include "core/hub/channel.hpp"
#include "core/hub/inbox.hpp"
#include "core/hub/scheduler.hpp"

#include <cstddef>
#include <cstdint>

namespace millrace {

// Offers a channel's new events to its members.
class ChannelEvents {
 public:
  // Both outlive it.
  ChannelEvents(Scheduler& scheduler, Inbox& inbox) : scheduler_(scheduler), inbox_(inbox) {}

  // The event of this number can be read from now on. It counts as waiting until every owner of members has had a turn.
  void offer(Channel& channel, std::uint64_t sequence, std::size_t bytes, Instant now) {
    if (channel.members.isEmpty()) {
      channel.trim(now);
      return;
    }
    inbox_.add(channel, bytes);
    scheduler_.noteAppended(channel, sequence, now);
  }

 private:
  Scheduler& scheduler_;
  Inbox& inbox_;
};

}  // namespace millrace
