#pragma once

#include "core/hub/hub_options.hpp"
#include "io/net/unique_descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace millrace {

class Engine;
class Reactor;
struct SocketOptions;

// The threads that write to sockets. They start with the first socket; those that run stay until they are stopped.
//
// Thread-safe: every method, from any thread.
class ReactorPool {
 public:
  static constexpr std::size_t kMost = 64;

  // The engine outlives it.
  explicit ReactorPool(Engine& engine);
  ~ReactorPool();
  ReactorPool(const ReactorPool&) = delete;
  ReactorPool& operator=(const ReactorPool&) = delete;
  ReactorPool(ReactorPool&&) = delete;
  ReactorPool& operator=(ReactorPool&&) = delete;

  // How many there are to be, from 1 to kMost. Default 1.
  void setCount(std::size_t count);
  // Gives a subscriber's bytes to a socket; see Reactor::adopt. False, with the descriptor closed and nothing else done, when
  // no thread, memory or event queue can be had for it.
  [[nodiscard]] bool adopt(const SocketOptions& options, UniqueDescriptor descriptor) noexcept;

  enum class Then : std::uint8_t { goOn, stop };
  // Ends the sockets of an environment. `detach` is called when no socket of its can be added any more, and says whether the
  // threads are to stop.
  void endAllOf(OwnerId environment, const std::function<Then()>& detach);

 private:
  void start();

  Engine& engine_;
  std::mutex mutex_;  // taken before the engine's, never after; guards:
  std::vector<std::unique_ptr<Reactor>> reactors_;
  std::size_t count_ = 1;
  std::size_t next_ = 0;
};

}  // namespace millrace
