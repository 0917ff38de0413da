#pragma once

#include "core/base/instant.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace millrace {

// What happens to a subscriber that is further behind than its limits allow.
enum class Overflow : std::uint8_t {
  disconnect,  // it is closed; its client resumes from where it was
  dropOldest,  // its cursors jump to what the limits allow, and it is told of the gap
};

struct LagOptions {
  std::size_t events = 1000;
  std::size_t bytes = std::size_t{1024} * 1024;
  Overflow overflow = Overflow::disconnect;
  Millis stall{30000};  // a subscriber that takes nothing for so long is closed, whatever the overflow

  bool operator==(const LagOptions&) const = default;
};

// Between these the interval of a connection's heartbeats moves, by what is known of its link.
struct AdaptiveHeartbeat {
  Millis from{5000};
  Millis to{45000};

  bool operator==(const AdaptiveHeartbeat&) const = default;
};

struct HeartbeatOptions {
  Millis every{15000};  // 0: none
  std::string type;     // empty: a comment
  // Of an event JSON, where empty means stream id, uptime, counts and remaining time; of a comment what follows its first word. Either has
  // its fields filled in: see filledHeartbeat().
  std::string data;
  std::optional<AdaptiveHeartbeat> adaptive{};  // none: the interval stays

  bool operator==(const HeartbeatOptions&) const = default;
};

struct SubscriberOptions {
  LagOptions lag;
  HeartbeatOptions heartbeat;
  Millis maxDuration{0};                  // 0: unlimited
  std::vector<std::uint64_t> closeAfter;  // hashes of the event types that end a subscriber
  bool isCompressed = false;              // its spans come with their deflated bytes, where there are any
  // Whether it is told of its beginning, verdicts and end by notices (core/wire/notice.hpp). Where it is not, it never misses an event and goes
  // on: a gap breaks it off, and so does every end that is not final.
  bool hasNotices = true;

  // Whether the subscriber ends after an event of this type, of a channel that may end it (JoinOptions::endsSubscriber).
  [[nodiscard]] bool endsAfter(std::uint64_t typeHash) const {
    return std::find(closeAfter.begin(), closeAfter.end(), typeHash) != closeAfter.end();
  }
  bool operator==(const SubscriberOptions&) const = default;
};

}  // namespace millrace
