#pragma once

#include "core/hub/close_reason.hpp"
#include "core/hub/hub_options.hpp"
#include "io/net/gzip.hpp"
#include "io/net/handler_memory.hpp"
#include "io/net/socket_writer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <cstddef>
#include <memory>
#include <optional>

namespace millrace {

class Subscriber;

// A subscriber's socket, as it is given to a reactor.
struct SocketOptions {
  std::size_t hub = 0;
  SubscriberId subscriber = 0;
  OwnerId environment = 0;  // it is told of the end
  bool isReleased = true;   // Node has let go of the socket: the reactor watches for the peer's end and ends the body
  Millis userTimeout{0};    // see setUserTimeout()
};

// A socket that a reactor writes to. On the reactor's thread only.
struct ReactorSocket {
  // With the executor's own type instead of any_io_executor, so that an operation fits into its HandlerMemory.
  using Descriptor = boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

  ReactorSocket(boost::asio::io_context& context, const SocketOptions& socketOptions)
      : options(socketOptions), descriptor(context) {}

  [[nodiscard]] SubscriberId id() const { return options.subscriber; }

  SocketOptions options;
  Subscriber* subscriber = nullptr;  // the hub's, until the reactor closes it there
  int userTimeoutBefore = 0;
  Descriptor descriptor;
  SocketWriter writer;
  std::unique_ptr<GzipStream> gzip;  // of a compressed subscriber
  HandlerMemory readMemory;
  HandlerMemory writeMemory;
  bool isBlocked = false;  // waits until it is writable
  bool isReady = false;    // is to be read in the next turn
  bool isInBatch = false;
  bool isFlushed = false;  // everything is with the kernel but the body's end
  std::optional<CloseReason> ending;
};

}  // namespace millrace
