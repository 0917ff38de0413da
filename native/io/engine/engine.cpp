#include "io/engine/engine.hpp"

#include "io/engine/random_seeds.hpp"
#include "io/net/gzip.hpp"
#include "io/reactor/reactor.hpp"
#include "io/reactor/reactor_pool.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>

namespace millrace {

Engine::Engine() : reactors_(std::make_unique<ReactorPool>(*this)) {}
Engine::~Engine() = default;

Engine& Engine::process() {
  static Engine* const engine = [] {
    seedHashes(stateOf(newHashKey()));  // before there is a hub, or a thread
    return new Engine();
  }();
  return *engine;
}

// --- environments

OwnerId Engine::attach(Wake wake) {
  const std::lock_guard lock(mutex_);
  environments_[++lastOwner_].wake = std::move(wake);
  return lastOwner_;
}

void Engine::detach(OwnerId owner) {
  bool isLast = false;
  reactors_->endAllOf(owner, [&] {
    const std::lock_guard lock(mutex_);
    environments_.erase(owner);
    forget(owner);
    isLast = environments_.empty();
    return isLast ? ReactorPool::Then::stop : ReactorPool::Then::goOn;
  });
  for (std::size_t hub = 0; isLast && hub < hubCount(); ++hub) {
    store(hub).rest();
  }
}

void Engine::forget(OwnerId owner) {
  for (Hub* const hub : hubs_) {
    hub->closeAll(owner, steadyNow());
    hub->turns().forget(owner);
  }
  bodies_.forgetGzips([this](SubscriberId id) {
    return std::none_of(hubs_.begin(), hubs_.end(), [&](Hub* hub) { return hub->view(id).exists(); });
  });
  Handles all(hubs_.size());
  std::iota(all.begin(), all.end(), 0);
  haveChanged(all);
}

// It counts as woken once the message is posted: that may fail for want of memory.
void Engine::Environment::wakeOnce() {
  if (!isWoken) {
    wake();
    isWoken = true;
  }
}

Engine::Collected Engine::collect(OwnerId owner) {
  constexpr std::size_t kPart = 256;
  HubTurns turns = beginTurn(owner, {});
  Handles handles;
  for (const HubTurn& one : turns) {
    handles.push_back(one.hub);
  }
  deflatePending(handles);
  const std::lock_guard lock(mutex_);
  const Instant now = steadyNow();
  Collected all;
  Turn turn;
  for (const HubTurn& one : turns) {
    while (hubs_[one.hub]->turns().collect(one.turn, kPart, now, turn)) {
    }
  }
  all.readable = std::move(turn.readable);
  all.closing = std::move(turn.closing);
  all.authorizers = authorizers_;
  const auto environment = environments_.find(owner);
  if (environment != environments_.end()) {
    environment->second.isWoken = false;
    all.hasStored = std::exchange(environment->second.hasStored, false);
    all.ended = std::exchange(environment->second.ended, {});
    std::move(turns.begin(), turns.end(), std::back_inserter(environment->second.turns));
    if (!environment->second.news.empty()) {
      environment->second.wakeOnce();  // what came since the turn began
    }
  }
  return all;
}

HubTurns Engine::beginTurn(OwnerId owner, Handles also) {
  const std::lock_guard lock(mutex_);
  Handles handles = std::move(also);
  const auto add = [&handles](Handles& news) {
    handles.insert(handles.end(), news.begin(), news.end());
    news.clear();
  };
  if (const auto environment = environments_.find(owner); environment != environments_.end()) {
    add(environment->second.news);
  } else if (const auto writer = writers_.find(owner); writer != writers_.end()) {
    add(writer->second.news);
  }
  std::sort(handles.begin(), handles.end());
  handles.erase(std::unique(handles.begin(), handles.end()), handles.end());
  HubTurns turns;
  for (const std::size_t handle : handles) {
    turns.push_back({handle, hubs_[handle]->turns().begin(owner)});
  }
  return turns;
}

void Engine::settle(OwnerId owner) {
  const std::lock_guard lock(mutex_);
  const auto environment = environments_.find(owner);
  if (environment == environments_.end()) {
    return;
  }
  const Instant now = steadyNow();
  Handles handles;
  for (HubTurn& one : std::exchange(environment->second.turns, {})) {
    handles.push_back(one.hub);
    hubs_[one.hub]->turns().settle(std::move(one.turn), now);
  }
  haveChanged(handles);
}

// --- time

std::int64_t Engine::tick() {
  const std::lock_guard lock(mutex_);
  const Instant now = steadyNow();
  runDue(now);
  if (!writers_.empty() || due_.next() == kNever) {
    return -1;
  }
  return std::max<std::int64_t>(0, (due_.next() - now).count());
}

void Engine::runDue(Instant now) {
  const Handles handles = due_.dueAt(now);
  for (const std::size_t handle : handles) {
    hubs_[handle]->tick(now);
  }
  haveChanged(handles);
}

// With a reactor, time is kept by the first one: a JavaScript thread may be busy for long.
void Engine::keepTime(Instant now) {
  if (!writers_.empty() && due_.next() < armedFor_) {
    writers_.begin()->second.reactor->arm(std::max(Millis{0}, due_.next() - now));
    armedFor_ = due_.next();
  }
}

void Engine::tickFromReactor() {
  const std::lock_guard lock(mutex_);
  armedFor_ = kNever;
  runDue(steadyNow());
}

// --- hubs

std::size_t Engine::hub(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = handles_.find(name);
  if (found != handles_.end()) {
    return found->second;
  }
  owned_.push_back(std::make_unique<Hub>(newEpoch(), HubOptions{}));
  due_.add();
  stores_.push_back(std::make_unique<HubStore>(*this, hubs_.size()));
  declarations_.emplace_back();
  contents_.push_back(std::make_shared<HubContent>());
  hubs_.push_back(owned_.back().get());
  return handles_.emplace(std::string(name), hubs_.size() - 1).first->second;
}

std::shared_ptr<HubContent> Engine::content(std::size_t hub) {
  const std::lock_guard lock(mutex_);
  return contents_[hub];
}

SubscriberId Engine::newSubscriberId() {
  const std::lock_guard lock(mutex_);
  return ++lastSubscriber_;
}

std::vector<std::string> Engine::declare(std::size_t hub, const Declarations::Options& options, bool areNewer) {
  const std::lock_guard lock(mutex_);
  return declarations_[hub].declare(options, areNewer);
}

bool Engine::hasAuthorizer(std::size_t hub) {
  const std::lock_guard lock(mutex_);
  return declarations_[hub].hasAuthorizer();
}

void Engine::requireAuthorizer(std::size_t hub) {
  const std::lock_guard lock(mutex_);
  if (!declarations_[hub].requireAuthorizer()) {
    return;
  }
  ++authorizers_;
  for (auto& [id, environment] : environments_) {
    environment.wakeOnce();
  }
}

// Wakes whom it concerns, and notes when the hubs want to be looked at again.
void Engine::haveChanged(std::span<const std::size_t> handles) {
  for (const std::size_t handle : handles) {
    for (const OwnerId owner : hubs_[handle]->turns().takeWakes()) {
      if (const auto environment = environments_.find(owner); environment != environments_.end()) {
        environment->second.news.push_back(handle);
        environment->second.wakeOnce();
      } else if (const auto writer = writers_.find(owner); writer != writers_.end()) {
        writer->second.news.push_back(handle);
        writer->second.reactor->wake();
      }
    }
    stores_[handle]->noteChanged(*hubs_[handle]);
    due_.note(handle, hubs_[handle]->nextDeadline());
  }
  keepTime(steadyNow());
}

void Engine::deflatePending(std::span<const std::size_t> handles) {
  constexpr std::size_t kAtOnce = 32;
  std::map<const Hub*, std::uint64_t> through;  // what is published from now on waits, so that this ends
  const auto nextJobs = [&] {
    const std::lock_guard lock(mutex_);
    std::vector<std::pair<Hub*, DeflateJob>> jobs;
    for (const std::size_t handle : handles) {
      Hub* const hub = hubs_[handle];
      if (hub->turns().deflates().isEmpty()) {
        continue;
      }
      const std::uint64_t last = through.try_emplace(hub, hub->turns().deflates().newest()).first->second;
      for (DeflateJob& job : hub->turns().deflates().jobs(kAtOnce, last)) {
        jobs.emplace_back(hub, std::move(job));
      }
    }
    return jobs;
  };
  for (auto jobs = nextJobs(); !jobs.empty(); jobs = nextJobs()) {
    for (auto& [hub, job] : jobs) {
      deflateOnce(job);
    }
    const std::lock_guard lock(mutex_);
    for (const auto& [hub, job] : jobs) {
      hub->turns().deflates().finish(job);
    }
    jobs.clear();  // the pins, under the lock
  }
}

// --- reactors

OwnerId Engine::attachReactor(Reactor& reactor) {
  const std::lock_guard lock(mutex_);
  const OwnerId owner = ++lastOwner_;
  writers_[owner].reactor = &reactor;
  keepTime(steadyNow());
  return owner;
}

void Engine::detachReactor(OwnerId owner) {
  const std::lock_guard lock(mutex_);
  writers_.erase(owner);
  armedFor_ = kNever;
  forget(owner);
  for (auto& [id, environment] : environments_) {
    environment.wakeOnce();  // which may have left the time to this reactor
  }
}

void Engine::ended(std::size_t hub, SubscriberId subscriber, OwnerId environment, CloseReason reason) {
  const std::lock_guard lock(mutex_);
  const StreamTally tally = hubs_[hub]->view(subscriber).tally();
  hubs_[hub]->close(subscriber, steadyNow(), reason);
  due_.note(hub, hubs_[hub]->nextDeadline());
  const auto told = environments_.find(environment);
  if (told != environments_.end()) {
    told->second.ended.push_back({subscriber, reason, tally});
    told->second.wakeOnce();
  }
}

}  // namespace millrace
