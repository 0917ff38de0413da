#pragma once

#include "core/base/instant.hpp"
#include "core/log/channel_log.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace millrace {

class Connection;

// A log with a name, and the connections that read it.
struct Channel {
  Channel(std::string channelKey, std::uint64_t evictedThrough) : key(std::move(channelKey)), log(evictedThrough) {}

  std::string key;
  ChannelLog log;
  std::vector<Connection*> members;
  std::size_t listeners = 0;  // of them, those that are not counted as connections
  std::size_t filtered = 0;   // of them, those that read only some event types
  bool hasNews = false;       // appended to since its members were last looked at
  bool awaitsTrim = false;    // appended to since its log was last trimmed
  Instant lastUse;            // a publish, a join or a leave
};

}  // namespace millrace
