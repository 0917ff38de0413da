#include "io/engine/hub_store.hpp"

#include "core/hub/store_adapter.hpp"
#include "io/engine/engine.hpp"
#include "io/engine/store_reason.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

namespace millrace {
namespace {

// Taken from the hub under the engine's lock, and told of under it: not so many that others would notice.
constexpr std::size_t kMostEntries = 2048;
constexpr std::size_t kMostReads = 8;
constexpr Millis kBetweenAttempts{1000};

UnixTime timeOfDay() { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }

}  // namespace

HubStore::~HubStore() { stopThreads(); }

HubStore::Configured HubStore::configure(const StoreSettings& settings) {
  const std::lock_guard lock(openMutex_);
  if (stage_ != Stage::none) {
    return settings == settings_ ? Configured::done : Configured::different;
  }
  if (!engine_.with(hub_, [](Hub& hub, Instant) { return hub.durable().isUnused(); })) {
    return Configured::used;
  }
  settings_ = settings;
  stage_ = Stage::closed;
  return Configured::done;
}

// --- opening

bool HubStore::open() {
  const std::lock_guard lock(openMutex_);
  switch (stage_.load()) {
    case Stage::none:
    case Stage::open:
      return true;
    case Stage::resting:
      return markInUse();
    case Stage::closed:
      break;
  }
  if (retryAt_ > steadyNow()) {
    return false;
  }
  retryAt_ = steadyNow() + kBetweenAttempts;
  return openFile();
}

bool HubStore::openFile() {
  StoreOpening opening = openSqliteLogStore(settings_.file);
  if (opening.fault != StoreFault::none) {
    fault_ = std::string(reasonOf(opening.fault)) + " (" + opening.message + ")";
    return false;
  }
  store_ = std::move(opening.store);
  begin(opening);
  if (!startThreads() || !markInUse()) {
    stopThreads();
    store_.reset();
    return false;
  }
  return true;
}

bool HubStore::startThreads() {
  isStopping_ = false;
  try {
    writer_ = std::thread([this] { write(); });
    reader_ = std::thread([this] { read(); });
    return true;
  } catch (const std::system_error& error) {
    fault_ = std::string("there is no thread to serve it: ") + error.what();
    return false;
  }
}

void HubStore::stopThreads() {
  {
    const std::lock_guard lock(mutex_);
    isStopping_ = true;
    writing_.condition.notify_all();
    reading_.condition.notify_all();
  }
  for (std::thread* const thread : {&writer_, &reader_}) {
    if (thread->joinable()) {
      thread->join();
    }
  }
}

// Before anybody uses the hub, the file says that it is in use, and so many numbers are reserved.
bool HubStore::markInUse() {
  const StorePosition position = engine_.with(hub_, [](Hub& hub, Instant) { return hub.durable().position(); });
  const std::lock_guard lock(storeMutex_);
  if (store_->append({}, position) == StoreOutcome::failed) {
    fault_ = "the file cannot be written: is the disk full?";
    return false;
  }
  mark_.begin({position.epoch, position.newest, 0});
  stage_ = Stage::open;
  return true;
}

void HubStore::begin(const StoreOpening& opening) {
  {
    const std::lock_guard lock(mutex_);
    health_.setAside = opening.setAside;
    health_.message = opening.message;
  }
  StoreStart start = startAfter(opening, mark_.open(settings_.file + "-mark"), WallClock(steadyNow(), timeOfDay()));
  clock_ = start.clock;
  engine_.with(hub_, [&](Hub& hub, Instant) {
    start.epoch = start.epoch == 0 ? hub.durable().position().epoch : start.epoch;
    hub.durable().open(start);
    engine_.noteStored(opening.setAside.empty() ? Engine::StoreNews::awaited : Engine::StoreNews::everybody);
  });
}

std::string HubStore::fault() {
  const std::lock_guard lock(openMutex_);
  return "The store " + settings_.file + " cannot be used: " + fault_;
}

StoreHealth HubStore::health() {
  const std::lock_guard lock(mutex_);
  return health_;
}

// --- the threads

void HubStore::noteChanged(Hub& hub) {
  if (stage_.load(std::memory_order_relaxed) != Stage::open) {
    return;
  }
  DurableLog& durable = hub.durable();
  mark_.note(durable.newest(), durable.queue().newestAhead());
  if (durable.hasWork()) {
    ring(writing_, durable.isUrgent());
  }
  if (!durable.reads().isEmpty()) {
    ring(reading_, true);
  }
}

void HubStore::ring(Bell& bell, bool isUrgent) {
  const std::lock_guard lock(mutex_);
  if (!bell.isRung || (isUrgent && !bell.isUrgent)) {
    bell.isRung = true;
    bell.isUrgent = bell.isUrgent || isUrgent;
    bell.condition.notify_one();
  }
}

// Until it is rung, and then, unless that is urgent, for so long. False: the store is closed.
bool HubStore::wait(Bell& bell, Millis delay) {
  std::unique_lock lock(mutex_);
  bell.condition.wait(lock, [&] { return bell.isRung || isStopping_; });
  bell.condition.wait_for(lock, delay, [&] { return bell.isUrgent || isStopping_; });
  bell.isRung = bell.isUrgent = false;
  return !isStopping_;
}

void HubStore::write() {
  while (wait(writing_, settings_.batchEvery)) {
    writeAll();
  }
}

// What came while it wrote and is urgent is written at once; the rest waits for its time.
void HubStore::writeAll() {
  const std::lock_guard storing(storeMutex_);
  for (bool goesOn = true; goesOn;) {
    StoreWork work = engine_.with(hub_, [](Hub& hub, Instant) { return hub.durable().work(kMostEntries); });
    const StoreOutcome outcome = doWork(*store_, work, clock_);
    const bool isNews = noteOutcome(outcome);
    goesOn = engine_.with(hub_, [&](Hub& hub, Instant now) {
      DurableLog& durable = hub.durable();
      durable.finish(work, outcome, now);
      engine_.noteStored(isNews ? Engine::StoreNews::everybody : Engine::StoreNews::awaited);
      if (outcome == StoreOutcome::failed) {
        durable.giveUpIfFull();
      }
      return outcome == StoreOutcome::done && durable.hasWork() &&
             (durable.isUrgent() || work.entries.size() == kMostEntries);
    });
    if (outcome == StoreOutcome::failed) {
      std::unique_lock lock(mutex_);
      writing_.condition.wait_for(lock, kBetweenAttempts, [&] { return isStopping_; });
      writing_.isRung = true;
    }
  }
}

// Whether it fails now and did not before, or the other way round.
bool HubStore::noteOutcome(StoreOutcome outcome) {
  const std::lock_guard lock(mutex_);
  const bool isFailing = outcome == StoreOutcome::failed;
  health_.failures += isFailing ? 1 : 0;
  return std::exchange(health_.isFailing, isFailing) != isFailing;
}

void HubStore::read() {
  while (wait(reading_, Millis{0})) {
    const auto jobs =
        engine_.with(hub_, [](Hub& hub, Instant now) { return hub.durable().reads().jobs(kMostReads, now); });
    for (const ReadJob& job : jobs) {
      const SharedPiece piece = read(job);
      engine_.with(hub_, [&](Hub& hub, Instant now) { hub.durable().reads().finish(job, piece, now); });
    }
  }
}

SharedPiece HubStore::read(const ReadJob& job) {
  const std::lock_guard reading(readMutex_);
  return readFromStore(*store_, job, clock_);
}

// --- the end

void HubStore::rest() {
  const std::lock_guard opening(openMutex_);
  if (stage_ != Stage::open) {
    return;
  }
  writeAll();
  const std::lock_guard storing(storeMutex_);
  const StorePosition position = engine_.with(hub_, [&](Hub& hub, Instant) {
    stage_ = Stage::resting;
    return restingPosition(hub.durable());
  });
  static_cast<void>(noteOutcome(store_->append({}, position)));
}

}  // namespace millrace
