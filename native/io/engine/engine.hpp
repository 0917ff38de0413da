#pragma once

#include "core/hub/hub.hpp"
#include "io/engine/body_reader.hpp"
#include "io/engine/clock.hpp"
#include "io/engine/declarations.hpp"
#include "io/engine/due_hubs.hpp"
#include "io/engine/hub_content.hpp"
#include "io/engine/hub_store.hpp"
#include "io/engine/hub_turn.hpp"
#include "io/engine/random_seeds.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace {

class Reactor;
class ReactorPool;

// The hubs of this process and who reads them: JavaScript environments that pull, and reactors that write to sockets. The one
// place where the pure hub meets the clock, a lock and somebody to wake. Next.js may load a JavaScript module once for each
// route, and worker threads have modules of their own; all of them come here.
//
// Thread-safe: every method, from any thread.
class Engine {
 public:
  // Called when an environment has something to collect, from any thread and under the engine's lock: it must only post a
  // message. It is called once until collect().
  using Wake = std::function<void()>;
  using Hubs = std::span<Hub* const>;        // by their handles
  using Handles = std::vector<std::size_t>;  // of hubs

  // A connection that a reactor has closed.
  struct Ended {
    SubscriberId subscriber = 0;
    CloseReason reason = CloseReason::closed;
    StreamTally tally;
  };

  struct Collected {
    std::vector<SubscriberId> readable;
    std::vector<std::pair<SubscriberId, CloseReason>> closing;  // to be closed by the environment
    std::vector<Ended> ended;
    std::size_t authorizers = 0;  // how many hubs have one; see requireAuthorizer()
    bool hasStored = false;       // what it waits for may be stored: see awaitStored()
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
  // Closes the environment's subscribers; its wake is not called any more once this returns. The last one that goes stops the
  // reactors.
  void detach(OwnerId owner);
  [[nodiscard]] Collected collect(OwnerId owner);
  void settle(OwnerId owner);
  // Runs what is due. Returns the milliseconds until something is due again, or -1 for never, or because a reactor will see
  // to it.
  [[nodiscard]] std::int64_t tick();
  // The same for all threads of the process, and another for the next process.
  [[nodiscard]] const std::array<std::uint8_t, 32>& secret() const { return secret_; }
  [[nodiscard]] BodyReader& bodies() { return bodies_; }

  // --- hubs

  // A handle to the hub of this name, which lives as long as the process.
  [[nodiscard]] std::size_t hub(std::string_view name);
  // Where the hub's durable log is; it is not under the engine's lock.
  [[nodiscard]] HubStore& store(std::size_t hub);
  // The environment waits for an event to be stored: it has something to collect when a store has written.
  void awaitStored(OwnerId environment);
  // What the hub's events may carry; it is not under the engine's lock.
  [[nodiscard]] std::shared_ptr<HubContent> content(std::size_t hub);
  [[nodiscard]] SubscriberId newSubscriberId();
  // See Declarations.
  [[nodiscard]] std::vector<std::string> declare(std::size_t hub, const Declarations::Options& options, bool areNewer);
  [[nodiscard]] bool hasAuthorizer(std::size_t hub);
  // From now on somebody is asked who may read this hub. When that is new, every environment has something to collect: what it
  // opened before has yet to be asked for.
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
      std::forward<Act>(act)(Hubs(hubs_), steadyNow());
      haveChanged(handles);
    } else {
      auto result = std::forward<Act>(act)(Hubs(hubs_), steadyNow());
      haveChanged(handles);
      return result;
    }
  }

  // Deflates what compressed subscribers of these hubs wait for; the lock is not held meanwhile.
  void deflatePending(std::span<const std::size_t> handles);

  // --- reactors

  [[nodiscard]] ReactorPool& reactors() { return *reactors_; }
  [[nodiscard]] OwnerId attachReactor(Reactor& reactor);
  void detachReactor(OwnerId owner);
  // Begins a turn of this owner in the hubs that have something for it, and in those of `also`.
  [[nodiscard]] HubTurns beginTurn(OwnerId owner, Handles also);
  // The subscriber's socket is closed: closes it in the hub, and tells its environment.
  void ended(std::size_t hub, SubscriberId subscriber, OwnerId environment, CloseReason reason);
  void tickFromReactor();

 private:
  friend class HubStore;

  // A store has written, or, for `everybody`, something about it is new that is to be told. Under the lock.
  enum class StoreNews : std::uint8_t { awaited, everybody };
  void noteStored(StoreNews news);
  [[nodiscard]] std::size_t hubCount();

  struct Environment {
    Wake wake;
    bool isWoken = false;
    bool awaitsStored = false;
    bool hasStored = false;
    Handles news;    // hubs that have something for it, each once until it looks
    HubTurns turns;  // that it has yet to settle
    std::vector<Ended> ended;

    void wakeOnce();
  };

  struct Writer {
    Reactor* reactor = nullptr;
    Handles news;  // as an environment's
  };

  void haveChanged(std::span<const std::size_t> handles);
  void runDue(Instant now);
  void keepTime(Instant now);
  void forget(OwnerId owner);

  std::mutex mutex_;                                         // guards:
  std::map<std::string, std::size_t, std::less<>> handles_;  // by name
  std::vector<std::unique_ptr<Hub>> owned_;
  std::vector<Hub*> hubs_;                             // the same, by handle
  std::vector<Declarations> declarations_;             // by handle
  std::vector<std::shared_ptr<HubContent>> contents_;  // by handle
  std::size_t authorizers_ = 0;                        // hubs that have one
  DueHubs due_;
  std::map<OwnerId, Environment> environments_;
  std::map<OwnerId, Writer> writers_;
  Instant armedFor_ = kNever;  // what the first reactor's timer waits for
  OwnerId lastOwner_ = 0;
  SubscriberId lastSubscriber_ = 0;

  std::vector<std::unique_ptr<HubStore>> stores_;  // by handle; used without the lock

  const std::array<std::uint8_t, 32> secret_ = newSecret();
  BodyReader bodies_{*this};
  const std::unique_ptr<ReactorPool> reactors_;
};

}  // namespace millrace
