#pragma once

#include "core/log/channel_log.hpp"

namespace millrace {

// The rules of a class of channels. A channel has one policy, which is chosen when the channel is made and lives as long as
// the hub; its values may change at any time and count from then on.
struct ChannelPolicy {
  LogLimits history;  // what the channel's log keeps in memory
};

}  // namespace millrace
