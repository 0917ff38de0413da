#pragma once

#include "core/hub/hub.hpp"
#include "io/net/gzip.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace millrace {

class Reactor;
struct SocketOptions;

// The hubs of this process and who reads them: JavaScript environments that pull, and reactors that write to sockets. The
// one place where the pure hub meets the clock, a lock and somebody to wake. Next.js may load a JavaScript module once for
// each route, and worker threads have modules of their own; all of them come here.
//
// Thread-safe: every method, from any thread.
class Engine {
 public:
  // Called when an environment has something to collect, from any thread and under the engine's lock: it must only post a
  // message. It is called once until collect().
  using Wake = std::function<void()>;
  using Hubs = std::span<Hub* const>;  // by their handles

  struct Collected {
    std::vector<ConnectionId> readable;
    std::vector<std::pair<ConnectionId, CloseReason>> closing;  // to be closed by the environment
    std::vector<std::pair<ConnectionId, CloseReason>> ended;    // that a reactor has closed
  };

  Engine();
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  Engine(Engine&&) = delete;
  Engine& operator=(Engine&&) = delete;

  // The one of this process; never destroyed, since environments may outlive static objects at exit.
  static Engine& process();

  // --- environments

  [[nodiscard]] OwnerId attach(Wake wake);
  // Closes the environment's connections; its wake is not called any more once this returns. The last one that goes stops
  // the reactors.
  void detach(OwnerId owner);

  [[nodiscard]] Collected collect(OwnerId owner);
  void settle(OwnerId owner);
  // Runs what is due. Returns the milliseconds until something is due again, or -1 for never, or because a reactor will see
  // to it.
  [[nodiscard]] std::int64_t tick();

  // --- hubs

  // A handle to the hub of this name, which lives as long as the process.
  [[nodiscard]] std::size_t hub(std::string_view name);
  [[nodiscard]] ConnectionId newConnectionId();

  // Calls `act(Hub&, Instant now)` alone, then wakes whom it concerns.
  template <typename Act>
  auto with(std::size_t hub, Act&& act) {
    return exclusively([&](Hubs hubs, Instant now) { return std::forward<Act>(act)(*hubs[hub], now); });
  }

  // Calls `act(Hubs, Instant now)` alone, then wakes whom it concerns.
  template <typename Act>
  auto exclusively(Act&& act) {
    const std::lock_guard lock(mutex_);
    if constexpr (std::is_void_v<std::invoke_result_t<Act, Hubs, Instant>>) {
      std::forward<Act>(act)(Hubs(hubs_), now());
      wakeOwners();
    } else {
      auto result = std::forward<Act>(act)(Hubs(hubs_), now());
      wakeOwners();
      return result;
    }
  }

  // --- reading by an environment

  // Appends everything that the connection has, as it goes into the response's body; it counts as taken.
  void read(std::size_t hub, ConnectionId connection, std::string& out);
  // Appends the end of the body's content coding, if it has one.
  void finish(ConnectionId connection, std::string& out);
  // The connection's body is a gzip stream; before its first read().
  void compress(ConnectionId connection);

  // --- sockets

  // How many threads write to sockets; they start when they are first needed. Default 1; those that run stay.
  void setReactors(std::size_t count);
  // Gives the connection's bytes to a socket; see Reactor::adopt. False, with the socket closed, when no thread can be had.
  [[nodiscard]] bool adopt(const SocketOptions& options);

  // --- for reactors

  [[nodiscard]] OwnerId attachReactor(Reactor& reactor);
  void detachReactor(OwnerId owner);
  // The connection's gzip stream, if it has one; the reactor goes on with it.
  [[nodiscard]] std::unique_ptr<GzipStream> takeGzip(ConnectionId connection);
  // Deflates what compressed connections wait for; the lock is not held meanwhile.
  void deflatePending();
  [[nodiscard]] Connection* assign(std::size_t hub, ConnectionId connection, OwnerId owner, void* reader);
  // The connection's socket is closed: closes it in the hub, and tells its environment.
  void ended(std::size_t hub, ConnectionId connection, OwnerId environment, CloseReason reason);
  void tickFromReactor();

 private:
  struct Environment {
    Wake wake;
    bool isWoken = false;
    std::vector<std::pair<ConnectionId, CloseReason>> ended;

    void wakeOnce();
  };

  void wakeOwners();
  void runDue(Instant at);
  void keepTime(Instant at);
  [[nodiscard]] Instant nextDeadline() const;
  void forget(OwnerId owner);
  [[nodiscard]] static Instant now();

  std::mutex mutex_;  // guards:
  std::vector<std::string> names_;
  std::vector<std::unique_ptr<Hub>> owned_;
  std::vector<Hub*> hubs_;  // the same, by handle
  std::map<OwnerId, Environment> environments_;
  std::map<OwnerId, Reactor*> writers_;
  std::unordered_map<ConnectionId, std::unique_ptr<GzipStream>> gzips_;  // of connections that environments read
  Instant armedFor_ = kNever;                                            // what the first reactor's timer waits for
  OwnerId lastOwner_ = 0;
  ConnectionId lastConnection_ = 0;

  std::mutex reactorsMutex_;  // taken before mutex_, never after; guards:
  std::vector<std::unique_ptr<Reactor>> reactors_;
  std::size_t mostReactors_ = 1;
  std::size_t nextReactor_ = 0;
};

}  // namespace millrace
