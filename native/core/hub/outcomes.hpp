#pragma once

#include "core/base/instant.hpp"
#include "core/identity/own_id.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

enum class OpenOutcome : std::uint8_t { opened, serverFull, draining };
enum class JoinOutcome : std::uint8_t {
  joined,
  alreadyThere,
  closed,
  channelFull,
  policyFull,  // ChannelLimits::total
  userFull,
  tooManyChannels,
  hubFull,
  policyChannels,  // it would be one channel more than ChannelLimits::channels
  denied,          // its user is kept out for now
  tooFast,         // its user has opened too many lately
};
enum class WriteOutcome : std::uint8_t {
  written,
  closed,
  invalidType,
  invalidId,  // Receipt::idFault says why
  empty,
  tooLarge,      // its bytes are more than a history may have
  dataTooLarge,  // ChannelPolicy::maxBytes
  overloaded,
  hubFull,          // it would be one channel more than HubOptions::channels
  policyChannels,   // and than ChannelLimits::channels
  channelClosed,    // by ChannelEnds
  rateLimited,      // the channel's rate has no room for it; Receipt::retryAfter says when it may have
  userRateLimited,  // nor has that of its user
};

// Their names in the bindings and in tests/names.json.
[[nodiscard]] std::string_view outcomeName(OpenOutcome outcome);
[[nodiscard]] std::string_view outcomeName(JoinOutcome outcome);
// Of a refused event; `fault`: what is wrong with its id, if that is why.
[[nodiscard]] std::string_view refusalName(WriteOutcome outcome, IdFault fault = IdFault::none);

// What has become of an accepted event.
enum class PublishState : std::uint8_t {
  sent,    // it is in the channel's log
  held,    // it waits, as the channel's policy has it
  merged,  // it has taken the place of one that waits
};

[[nodiscard]] std::string_view stateName(PublishState state);

// An accepted event; of a refused one what is wrong with its id.
struct Receipt {
  PublishState state = PublishState::sent;
  std::string id;  // none unless it was sent
  Millis retryAfter{0};
  IdFault idFault = IdFault::none;
  bool isRepeat = false;       // it was published before, under its idempotency key
  bool isDurable = false;      // it is on its way to the store: StoreQueue::stateOf() knows its number
  std::uint64_t sequence = 0;  // its number, if it was sent
  std::size_t recipients = 0;  // connections that read the channel at that moment and want the type; not listeners
};

struct HubStats {
  std::size_t connections = 0;      // that are open
  std::size_t mostConnections = 0;  // as many may be
  std::size_t channels = 0;
  std::size_t inboxBytes = 0;  // accepted, and not yet offered to everybody
  bool isDraining = false;
  std::size_t takenOver = 0;   // connections whose owner writes straight to their sockets
  std::size_t heldEvents = 0;  // that wait because of their channels' policies
};

}  // namespace millrace
