#pragma once

#include "io/reactor/reactor_socket.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>

namespace millrace {

enum class PeerState : std::uint8_t { quiet, talking, gone };

// Reads what the peer has sent and throws it away, for a client has nothing to say on an event stream; at most 64 KiB at a
// time, so that one that does not stop talking does not keep the others from being written to.
[[nodiscard]] PeerState discardInput(int descriptor);

// Its operations end after this, in its memory: it goes behind them.
void closeSocket(boost::asio::io_context& context, std::unique_ptr<ReactorSocket> socket);

}  // namespace millrace
