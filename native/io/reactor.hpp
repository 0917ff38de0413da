#pragma once

#include "core/hub/hub.hpp"
#include "io/net/gzip.hpp"
#include "io/net/handler_memory.hpp"
#include "io/net/socket_writer.hpp"
#include "io/net/unique_descriptor.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace millrace {

class Engine;

// A connection's socket, as it is handed to a reactor.
struct SocketOptions {
  std::size_t hub = 0;
  ConnectionId connection = 0;
  OwnerId environment = 0;   // who is told of the end
  bool isHandedOver = true;  // the reactor watches for the peer's close and ends the body; else Node does both
  Millis userTimeout{0};     // see setUserTimeout()
};

// A thread that writes to sockets what their connections have: an owner of the hubs, as a JavaScript environment is another.
// It holds the engine's lock only for looking up; the bytes are sent without it, from the logs, where their pins keep them.
//
// Thread-safe: adopt(), wake(), arm(), endAllOf() from any thread; everything else on its own.
class Reactor {
 public:
  // `engine` must outlive it. Starts the thread.
  explicit Reactor(Engine& engine);
  // Closes every socket, and waits for the thread.
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;
  Reactor(Reactor&&) = delete;
  Reactor& operator=(Reactor&&) = delete;

  // The connection's bytes go to this socket from now on, if it is still there; otherwise the socket is closed. `descriptor`
  // is a duplicate of its own, through which the response's head has left. False when the system cannot watch it; it throws
  // what is thrown for want of memory. Nothing was done then.
  [[nodiscard]] bool adopt(const SocketOptions& options, UniqueDescriptor descriptor);
  // There is something to collect.
  void wake();
  // The engine's next deadline is so far away.
  void arm(Millis delay);
  // Ends the connections of an environment that ends.
  void endAllOf(OwnerId environment);

 private:
  // With the executor's own type instead of any_io_executor, so that an operation fits into its HandlerMemory.
  using Descriptor = boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

  struct Socket {
    Socket(boost::asio::io_context& context, const SocketOptions& socketOptions)
        : options(socketOptions), descriptor(context) {}

    SocketOptions options;
    Connection* connection = nullptr;  // the hub's, until finish() closes it
    int userTimeoutBefore = 0;
    Descriptor descriptor;
    SocketWriter writer;
    std::unique_ptr<GzipStream> gzip;  // of a compressed connection
    HandlerMemory readMemory;
    HandlerMemory writeMemory;
    bool isBlocked = false;  // waits until it is writable
    bool isReady = false;    // in ready_
    bool isInBatch = false;
    bool isFlushed = false;  // everything is with the kernel but the body's end
    std::optional<CloseReason> ending;
  };

  enum class PeerState : std::uint8_t { quiet, talking, gone };

  // A socket of the batch, its spans, and what became of them.
  struct Write {
    Socket* socket = nullptr;
    std::size_t firstSpan = 0;
    std::size_t lastSpan = 0;  // behind the last
    bool hasMore = false;      // of a compressed connection: the read left something out
    SendResult result;
  };

  // A socket that was written to the end, and is read until its peer has closed it, too: bytes of the peer's that nobody reads
  // would reset the connection, and the reset overtakes what is on its way (RFC 9112, 9.6).
  struct Lingering {
    ConnectionId id = 0;
    std::chrono::steady_clock::time_point until;
  };

  void run();
  void recover();
  void open(std::unique_ptr<Socket> adopted);
  void close(std::unique_ptr<Socket> socket);
  void linger(std::unique_ptr<Socket> socket);
  void waitForPeer(Socket& socket);
  void endLingering(ConnectionId id);
  void endOldLingering();
  void turn();
  bool gatherBatch(bool isFirst);
  void sendBatch();
  void noteResult(const Write& write, Hub& hub, Instant now);
  [[nodiscard]] static bool noteCompressed(const Write& write);
  [[nodiscard]] bool notePlain(const Write& write, Hub& hub, Instant now);
  [[nodiscard]] static bool compress(Socket& socket, Hub& hub, Instant now);
  void prepare(Socket& socket, Hub& hub, Instant now);
  void takeClosing(const Turn& turn);
  void markReady(Socket& socket);
  void waitUntilWritable(Socket& socket);
  void watchPeer(Socket& socket);
  void lookAtPeer(Socket& socket);
  [[nodiscard]] static PeerState listen(int descriptor);
  void tick();
  void finishGone();
  void finish(ConnectionId id, CloseReason reason);
  [[nodiscard]] Socket* find(ConnectionId id);

  Engine& engine_;
  std::atomic<bool> isPosted_ = false;  // a turn is about to begin

  boost::asio::io_context context_{1};
  boost::asio::steady_timer timer_{context_};
  boost::asio::steady_timer lingerTimer_{context_};
  const OwnerId owner_;  // behind what the engine may use as soon as it knows the reactor

  // Used on the reactor's thread only:
  std::unordered_map<ConnectionId, std::unique_ptr<Socket>> sockets_;
  std::vector<ConnectionId> ready_;  // to be read without being named by the hub: unblocked, or more than one batch's
  std::vector<std::pair<ConnectionId, CloseReason>> gone_;
  std::unordered_map<ConnectionId, std::unique_ptr<Socket>> lingering_;
  std::deque<Lingering> lingeringUntil_;  // in the order of their ends; some may have ended already
  std::vector<std::size_t> hubs_;         // of this turn
  std::vector<Write> batch_;
  Spans spans_;

  std::thread thread_;
};

}  // namespace millrace
