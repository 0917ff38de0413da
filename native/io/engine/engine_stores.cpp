#include "io/engine/engine.hpp"

namespace millrace {

std::size_t Engine::hubCount() {
  const std::lock_guard lock(mutex_);
  return hubs_.size();
}

HubStore& Engine::store(std::size_t hub) {
  const std::lock_guard lock(mutex_);
  return *stores_[hub];
}

void Engine::awaitStored(OwnerId environment) {
  const std::lock_guard lock(mutex_);
  if (const auto found = environments_.find(environment); found != environments_.end()) {
    found->second.awaitsStored = true;
  }
}

void Engine::noteStored(StoreNews news) {
  for (auto& [id, environment] : environments_) {
    if (std::exchange(environment.awaitsStored, false) || news == StoreNews::everybody) {
      environment.hasStored = true;
      environment.wakeOnce();
    }
  }
}

}  // namespace millrace
