#pragma once

#include "core/hub/hub.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace {

// The hubs of this process and the environments that read them: the one place where the pure hub meets the clock, a lock
// and somebody to wake. Next.js may load a JavaScript module once for each route, and worker threads have modules of their
// own; all of them come here.
//
// Thread-safe: every method, from any thread.
class Engine {
 public:
  // Called when an environment has something to collect, from any thread and under the engine's lock: it must only post a
  // message. A hub calls it once until collect().
  using Wake = std::function<void()>;

  struct Collected {
    std::vector<ConnectionId> readable;
    std::vector<std::pair<ConnectionId, CloseReason>> closing;
  };

  Engine() = default;

  // The one of this process; never destroyed, since environments may outlive static objects at exit.
  static Engine& process();

  // --- environments

  [[nodiscard]] OwnerId attach(Wake wake);
  // Closes the environment's connections; its wake is not called any more once this returns.
  void detach(OwnerId owner);

  [[nodiscard]] Collected collect(OwnerId owner);
  void settle(OwnerId owner);
  // Runs what is due. Returns the milliseconds until something is due again, or -1 for never.
  [[nodiscard]] std::int64_t tick();

  // --- hubs

  // A handle to the hub of this name, which lives as long as the process.
  [[nodiscard]] std::size_t hub(std::string_view name);
  [[nodiscard]] ConnectionId newConnectionId();

  // Calls `act(Hub&, Instant now)` alone, then wakes whom it concerns.
  template <typename Act>
  auto with(std::size_t hub, Act&& act) {
    const std::lock_guard lock(mutex_);
    Hub& chosen = *hubs_[hub].hub;
    if constexpr (std::is_void_v<std::invoke_result_t<Act, Hub&, Instant>>) {
      std::forward<Act>(act)(chosen, now());
      wakeOwners(chosen);
    } else {
      auto result = std::forward<Act>(act)(chosen, now());
      wakeOwners(chosen);
      return result;
    }
  }

 private:
  struct NamedHub {
    std::string name;
    std::unique_ptr<Hub> hub;
  };

  void wakeOwners(Hub& hub);
  [[nodiscard]] static Instant now();

  std::mutex mutex_;  // guards:
  std::vector<NamedHub> hubs_;
  std::map<OwnerId, Wake> environments_;
  OwnerId lastOwner_ = 0;
  ConnectionId lastConnection_ = 0;
};

}  // namespace millrace
