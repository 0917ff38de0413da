#include "io/reactor/reactor_pool.hpp"

#include "io/reactor/reactor.hpp"

#include <algorithm>
#include <utility>

namespace millrace {

ReactorPool::ReactorPool(Engine& engine) : engine_(engine) {}
ReactorPool::~ReactorPool() = default;

void ReactorPool::setCount(std::size_t count) {
  const std::lock_guard lock(mutex_);
  count_ = std::clamp<std::size_t>(count, 1, kMost);
}

// All at once: those that cannot be had now are tried again with the next socket, and the others do their work meanwhile.
void ReactorPool::start() {
  try {
    while (reactors_.size() < count_) {
      reactors_.push_back(std::make_unique<Reactor>(engine_));
    }
  } catch (...) {  // descriptors, threads or memory
  }
}

bool ReactorPool::adopt(const SocketOptions& options, UniqueDescriptor descriptor) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    start();
    const std::size_t reactors = std::min(reactors_.size(), count_);
    return reactors > 0 && reactors_[next_++ % reactors]->adopt(options, std::move(descriptor));
  } catch (...) {
    return false;
  }
}

void ReactorPool::endAllOf(OwnerId environment, const std::function<Then()>& detach) {
  std::vector<std::unique_ptr<Reactor>> stopped;
  const std::lock_guard lock(mutex_);
  for (const auto& reactor : reactors_) {
    reactor->endAllOf(environment);
  }
  if (detach() == Then::stop) {
    stopped = std::exchange(reactors_, {});
  }
}  // a reactor's end waits for its thread, which never takes this lock

}  // namespace millrace
