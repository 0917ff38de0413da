#pragma once

#include "core/hub/hub.hpp"
#include "io/engine/hub_turn.hpp"
#include "io/net/unique_descriptor.hpp"
#include "io/reactor/event_thread.hpp"
#include "io/reactor/lingering_sockets.hpp"
#include "io/reactor/reactor_socket.hpp"
#include "io/reactor/socket_batch.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace millrace {

class Engine;

// A thread that writes to sockets what their subscribers have: an owner of the hubs, as a JavaScript environment is another.
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

  // The subscriber's bytes go to this socket from now on, if it is still there; otherwise the socket is closed. `descriptor`
  // is a duplicate of its own, through which the response's head has left. False when the system cannot watch it; it throws
  // what is thrown for want of memory. Nothing was done then.
  [[nodiscard]] bool adopt(const SocketOptions& options, UniqueDescriptor descriptor);
  // There is something to collect.
  void wake() { thread_.wake(); }
  // The engine's next deadline is so far away.
  void arm(Millis delay) { thread_.arm(delay); }
  // Ends the subscribers of an environment that ends.
  void endAllOf(OwnerId environment);

 private:
  void recover();
  void open(std::unique_ptr<ReactorSocket> adopted);
  void turn();
  bool gatherBatch();
  void gatherReady(std::span<Hub* const> hubs, Instant now);
  void addToBatch(ReactorSocket& socket, Hub& hub, Instant now);
  void act(ReactorSocket& socket, SocketNext next);
  void takeClosing(const Turn& turn);
  void markReady(ReactorSocket& socket);
  void waitUntilWritable(ReactorSocket& socket);
  void watchPeer(ReactorSocket& socket);
  void lookAtPeer(ReactorSocket& socket);
  void finishGone();
  void finish(SubscriberId id, CloseReason reason);
  [[nodiscard]] ReactorSocket* find(SubscriberId id);

  Engine& engine_;
  EventThread thread_;
  const OwnerId owner_;  // behind what the engine may use as soon as it knows the reactor

  // Used on the reactor's thread only:
  std::unordered_map<SubscriberId, std::unique_ptr<ReactorSocket>> sockets_;
  // To be read without being named by the hub: unblocked, more than one batch's, or catching up. The first come first.
  std::deque<SubscriberId> ready_;
  bool isReadyServed_ = false;  // in this turn
  std::vector<std::pair<SubscriberId, CloseReason>> gone_;
  LingeringSockets lingering_{thread_.context()};
  HubTurns turns_;                 // that have begun
  std::vector<std::size_t> hubs_;  // of those
  SocketBatch batch_;
};

}  // namespace millrace
