#pragma once

#include "core/hub/hub.hpp"
#include "io/declarations.hpp"
#include "io/net/gzip.hpp"
#include "io/net/unique_descriptor.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
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
  using Hubs = std::span<Hub* const>;        // by their handles
  using Handles = std::vector<std::size_t>;  // of hubs

  struct Collected {
    std::vector<ConnectionId> readable;
    std::vector<std::pair<ConnectionId, CloseReason>> closing;  // to be closed by the environment
    std::vector<std::pair<ConnectionId, CloseReason>> ended;    // that a reactor has closed
    std::size_t authorizers = 0;                                // how many hubs have one; see requireAuthorizer()
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

  // See Declarations.
  [[nodiscard]] std::vector<std::string> declare(std::size_t hub, const Declarations::Options& options, bool areNewer);
  [[nodiscard]] bool hasAuthorizer(std::size_t hub);
  // From now on somebody is asked who may read this hub. When that is new, every environment has something to collect: what
  // it opened before has yet to be asked for.
  void requireAuthorizer(std::size_t hub);

  // Calls `act(Hub&, Instant now)` alone, then wakes whom it concerns. It costs the same however many hubs there are.
  template <typename Act>
  auto with(std::size_t hub, Act&& act) {
    return exclusively({&hub, 1}, [&](Hubs hubs, Instant now) { return std::forward<Act>(act)(*hubs[hub], now); });
  }

  // Calls `act(Hubs, Instant now)` alone, then wakes whom it concerns. It may change the hubs of these handles only.
  template <typename Act>
  auto exclusively(std::span<const std::size_t> handles, Act&& act) {
    const std::lock_guard lock(mutex_);
    if constexpr (std::is_void_v<std::invoke_result_t<Act, Hubs, Instant>>) {
      std::forward<Act>(act)(Hubs(hubs_), now());
      haveChanged(handles);
    } else {
      auto result = std::forward<Act>(act)(Hubs(hubs_), now());
      haveChanged(handles);
      return result;
    }
  }

  // --- reading by an environment

  // Appends what the connection has, as it goes into the response's body, but at most so many bytes, in whatever place that
  // cuts it; it counts as taken. Of a compressed connection it is so much of what is compressed, and whole events.
  void read(std::size_t hub, ConnectionId connection, std::size_t mostBytes, std::string& out);
  // The same of what goes before the logs only: the verdict, a snapshot, the cursor line.
  void readNotice(std::size_t hub, ConnectionId connection, std::size_t mostBytes, std::string& out);

  // What a poll is answered with.
  struct Page {
    std::string bytes;   // whole events
    std::string cursor;  // continues behind them
    bool hasMore = false;
  };
  // The next events, until they have so many bytes; they count as taken.
  [[nodiscard]] Page readPage(std::size_t hub, ConnectionId connection, std::size_t bytes);
  // Appends the end of the body's content coding, if it has one.
  void finish(ConnectionId connection, std::string& out);
  // The connection's body is a gzip stream; before its first read().
  void compress(ConnectionId connection);

  // --- sockets

  static constexpr std::size_t kMostReactors = 64;

  // How many threads write to sockets, from 1 to kMostReactors. They start with the first socket; those that run stay.
  // Default 1.
  void setReactors(std::size_t count);
  // Gives the connection's bytes to a socket; see Reactor::adopt. False, with the descriptor closed and nothing else done,
  // when no thread, memory or event queue can be had for it.
  [[nodiscard]] bool adopt(const SocketOptions& options, UniqueDescriptor descriptor) noexcept;

  // --- for reactors

  [[nodiscard]] OwnerId attachReactor(Reactor& reactor);
  void detachReactor(OwnerId owner);
  // The connection's gzip stream, if it has one; the reactor goes on with it.
  [[nodiscard]] std::unique_ptr<GzipStream> takeGzip(ConnectionId connection);
  // Deflates what compressed connections of these hubs wait for; the lock is not held meanwhile.
  void deflatePending(std::span<const std::size_t> handles);
  // Begins a turn of this owner. It is given the hubs that have something for it, and those of `also`.
  [[nodiscard]] Handles beginTurn(OwnerId owner, Handles also);
  [[nodiscard]] Connection* assign(std::size_t hub, ConnectionId connection, OwnerId owner, void* reader);
  // The connection's socket is closed: closes it in the hub, and tells its environment.
  void ended(std::size_t hub, ConnectionId connection, OwnerId environment, CloseReason reason);
  void tickFromReactor();

 private:
  struct Environment {
    Wake wake;
    bool isWoken = false;
    Handles news;  // hubs that have something for it, each once until it looks
    Handles turn;  // that it looked at, and has yet to settle
    std::vector<std::pair<ConnectionId, CloseReason>> ended;

    void wakeOnce();
  };

  struct Writer {
    Reactor* reactor = nullptr;
    Handles news;  // as an environment's
  };

  void haveChanged(std::span<const std::size_t> handles);
  void noteDeadline(std::size_t handle);
  void runDue(Instant at);
  void keepTime(Instant at);
  void forget(OwnerId owner);
  void makeReactors();
  void take(std::size_t hub, ConnectionId connection, const ReadLimits& limits, std::size_t mostBytes,
            std::string& out);
  [[nodiscard]] bool isCompressed(ConnectionId connection);
  [[nodiscard]] static Instant now();

  std::mutex mutex_;                                         // guards:
  std::map<std::string, std::size_t, std::less<>> handles_;  // by name
  std::vector<std::unique_ptr<Hub>> owned_;
  std::vector<Hub*> hubs_;                         // the same, by handle
  std::vector<Declarations> declarations_;         // by handle
  std::size_t authorizers_ = 0;                    // hubs that have one
  std::vector<Instant> notedAt_;                   // by handle: the deadline in due_
  std::set<std::pair<Instant, std::size_t>> due_;  // of the hubs that have a deadline
  std::map<OwnerId, Environment> environments_;
  std::map<OwnerId, Writer> writers_;
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
