#pragma once

#include "core/base/instant.hpp"
#include "core/log/channel_log.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace millrace {

class Connection;

using OwnerId = std::uint32_t;  // who reads a connection: a JavaScript environment, or a reactor thread

// A log with a name, and the connections that read it.
struct Channel {
  struct Share {
    OwnerId owner = 0;
    std::size_t members = 0;
  };

  Channel(std::string channelKey, std::uint64_t evictedThrough)
      : key(std::move(channelKey)), lostBefore(evictedThrough), log(evictedThrough) {}

  // Nothing is in it, nobody reads it, it has lost nothing, and no list of the hub's has it: as if it had never been.
  [[nodiscard]] bool isVoid() const;
  // No list of the hub's has it, and nothing of it is on its way.
  [[nodiscard]] bool isAtRest() const;

  // The connections that are given an event of this type; not listeners.
  [[nodiscard]] std::size_t recipients(std::uint64_t typeHash) const;
  [[nodiscard]] std::size_t connections() const { return members.size() - listeners; }

  void countOwner(OwnerId owner);
  void discountOwner(OwnerId owner);
  void discountType(std::uint64_t typeHash);

  // Evicts what lies before the cursor; who has been sent a part of such an event gets a copy of its rest.
  void trimBefore(Cursor cursor);
  void trim(const LogLimits& limits, Instant now) { trimBefore(log.kept(limits, now)); }

  std::string key;
  const std::uint64_t lostBefore;  // what the log may have lost before it began
  ChannelLog log;
  std::vector<Connection*> members;
  std::vector<Share> owners;                              // of the members
  std::size_t listeners = 0;                              // members that are not counted as connections
  std::size_t filtered = 0;                               // connections that read only some event types
  std::size_t compressed = 0;                             // members that want their events deflated
  std::size_t tornMembers = 0;                            // members that were sent a part of an event of this log
  std::unordered_map<std::uint64_t, std::size_t> wanted;  // type hash → how many of the filtered read it
  Instant lastUse;                                        // a publish, a join or a leave

  // --- kept by the hub's turn

  bool hasNews = false;        // appended to since the last turn began
  bool isToSpread = false;     // all members are to be looked at, in a pass that has not begun
  bool isSpreading = false;    // in one that has, the first `unspread` members have yet to be
  std::size_t unspread = 0;    // at most the number of members
  std::size_t inFlight = 0;    // members between gather() and taken()
  bool isUndeflated = false;   // in the hub's list of channels whose events are to be deflated
  bool awaitsTrim = false;     // appended to since its log was last trimmed
  std::size_t inboxBytes = 0;  // appended since its log was last trimmed
  Instant heldUntil;           // members that fell behind a moment ago may catch up: not trimmed before
};

}  // namespace millrace
