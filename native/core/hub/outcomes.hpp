#pragma once

#include "core/identity/own_id.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

enum class OpenOutcome : std::uint8_t { opened, serverFull, draining };
enum class JoinOutcome : std::uint8_t { joined, alreadyThere, closed, channelFull, userFull, tooManyChannels, hubFull };
enum class WriteOutcome : std::uint8_t {
  written,
  closed,
  invalidType,
  invalidId,  // Receipt::idFault says why
  empty,
  tooLarge,
  overloaded,
  hubFull,  // it would be one channel more than HubOptions::channels
};

// Their names in the bindings and in tests/names.json.
[[nodiscard]] std::string_view outcomeName(OpenOutcome outcome);
[[nodiscard]] std::string_view outcomeName(JoinOutcome outcome);
// Of a refused event; `fault`: what is wrong with its id, if that is why.
[[nodiscard]] std::string_view refusalName(WriteOutcome outcome, IdFault fault = IdFault::none);

// An accepted event; of a refused one what is wrong with its id.
struct Receipt {
  std::string id;
  IdFault idFault = IdFault::none;
  std::size_t recipients = 0;  // connections that read the channel at that moment and want the type; not listeners
};

struct HubStats {
  std::size_t connections = 0;  // that are open
  std::size_t channels = 0;
  std::size_t inboxBytes = 0;  // accepted, and not yet offered to everybody
  bool isDraining = false;
  std::size_t takenOver = 0;  // connections whose owner writes straight to their sockets
};

}  // namespace millrace
