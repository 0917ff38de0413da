#pragma once

#include "io/reactor/reactor_socket.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <deque>
#include <memory>
#include <unordered_map>

namespace millrace {

// Sockets that were written to the end. Each is read until its peer has closed it, too, for at most two seconds: bytes of the
// peer's that nobody reads would reset the connection, and the reset overtakes what is on its way (RFC 9112, 9.6).
//
// On the reactor's thread only.
class LingeringSockets {
 public:
  explicit LingeringSockets(boost::asio::io_context& context) : context_(context), timer_(context) {}

  // Whether there is room for one more.
  [[nodiscard]] bool hasRoom() const;
  // Shuts the socket's sending half down, and closes it when its peer has.
  void add(std::unique_ptr<ReactorSocket> socket);
  void closeAll();

 private:
  struct Until {
    SubscriberId id = 0;
    std::chrono::steady_clock::time_point time;
  };

  void waitForPeer(ReactorSocket& socket);
  void end(SubscriberId id);
  void endOld();

  boost::asio::io_context& context_;
  boost::asio::steady_timer timer_;
  std::unordered_map<SubscriberId, std::unique_ptr<ReactorSocket>> sockets_;
  std::deque<Until> until_;  // in the order of their ends; some may have ended already
};

}  // namespace millrace
