#include "sim/server.hpp"

#include "core/hub/store_adapter.hpp"
#include "sim/violation.hpp"

#include <string>

namespace millrace::sim {

void Server::start(Random& random) {
  if (isUp()) {
    return;
  }
  if (world_.settings.isDurable() && !disk_->isBroken() && random.chance(10)) {
    dieWhileStarting(random);
  }
  hub_ = std::make_unique<Hub>(++world_.lastEpoch, world_.settings.hub);
  if (!world_.settings.isDurable()) {
    world_.ledger.begin(world_.lastEpoch, 0);
  } else if (!startWithStore()) {
    hub_.reset();
    store_ = nullptr;
    return;
  }
  turns_ = std::make_unique<test::TestTurns>(*hub_);
  world_.digest.add(hub_->durable().newest());
}

// As io/engine's HubStore does it.
bool Server::startWithStore() {
  StoreContents contents;
  store_ = disk_->open(contents);
  if (store_ == nullptr) {
    if (!disk_->isBroken()) {
      throw Violation("opening", "the store cannot be opened, and the disk works");
    }
    return false;
  }
  StoreStart start = startAfter(contents, disk_->mark(), world_.clock.wall());
  start.epoch = start.epoch == 0 ? world_.lastEpoch : start.epoch;
  hub_->durable().open(start);
  const StorePosition position = hub_->durable().position();
  if (store_->append({}, position) == StoreOutcome::failed) {
    disk_->kill();
    return false;
  }
  disk_->beginMark({position.epoch, position.newest, 0});
  const bool goesOn = start.epoch == world_.ledger.epoch() || world_.ledger.epoch() == 0;
  if (!goesOn && !world_.ledger.isDamaged()) {
    throw Violation("epoch", contents.isNew ? "the store is new, and there was one" : "a store of another epoch");
  }
  world_.ledger.begin(start.epoch, start.newest);
  // What lies on the disk is looked at by somebody for whom it does not fail.
  disk_->heal();
  checkReopened(world_, *store_, contents, start.lostThrough, death_);
  if (disk_->isBroken()) {
    Random random(world_.ledger.tick());
    disk_->fail(random);
  }
  worker_ = std::make_unique<StoreWorker>(world_, *hub_, *store_, *disk_);
  return true;
}

// The process ends again before it has come far. Nobody was served by it.
void Server::dieWhileStarting(Random& random) {
  disk_->stopAfter(random.below(40));
  StoreContents contents;
  if (LogStore* const store = disk_->open(contents)) {
    Hub hub(++world_.lastEpoch, world_.settings.hub);
    StoreStart start = startAfter(contents, disk_->mark(), world_.clock.wall());
    start.epoch = start.epoch == 0 ? world_.lastEpoch : start.epoch;
    hub.durable().open(start);
    const StorePosition position = hub.durable().position();
    if (store->append({}, position) == StoreOutcome::done) {
      disk_->beginMark({position.epoch, position.newest, 0});
    }
  }
  if (random.chance(50)) {
    disk_->cutPower(random);
    death_ = Death::powerCut;
  } else {
    disk_->kill();
  }
  disk_->heal();
}

void Server::stop(Random& random) {
  if (!isUp()) {
    return;
  }
  death_ = Death::killed;  // where not all can be written
  if (store_ != nullptr) {
    if (!disk_->isBroken()) {
      worker_->finishAll(random);
    }
    hub_->flush(std::nullopt, world_.clock.now());
    const StorePosition position = restingPosition(hub_->durable());
    const bool isWritten = store_->append({}, position) == StoreOutcome::done;
    death_ = isWritten && position.isClean ? Death::stopped : Death::killed;
    afterStep();
    worker_.reset();
    disk_->close();
  }
  end();
}

void Server::die(Death death, Random& random) {
  if (!isUp()) {
    return;
  }
  afterStep();
  death_ = death;
  if (store_ != nullptr) {
    if (worker_->isWriting() && random.chance(70)) {  // in the middle of a commit
      if (random.chance(80)) {
        disk_->stopAfter(random.below(random.chance(50) ? 6 : 30));
      }
      worker_->doTaken();
    }
    worker_.reset();
    death == Death::powerCut ? disk_->cutPower(random) : disk_->kill();
  }
  disk_->mend();
  end();
}

void Server::end() {
  turns_.reset();
  hub_.reset();
  store_ = nullptr;
  woken_.clear();
  stopsAt_ = kNever;
}

void Server::drain(Random& random) {
  if (!isUp() || isDraining()) {
    return;
  }
  DrainOptions options;
  options.within = Millis(1000 + random.below(10000));
  options.shuffle = random.next();
  options.retryFrom = Millis(100);
  options.retrySpread = Millis(1000);
  hub_->drain(options, world_.clock.now());
  stopsAt_ = world_.clock.now() + options.within + Millis(random.below(10000));
}

bool Server::takeWake(OwnerId owner) {
  for (const OwnerId woken : hub_->turns().takeWakes()) {
    woken_.insert(woken);
  }
  return woken_.erase(owner) > 0;
}

Turn Server::beginTurn(OwnerId owner, Random& random) {
  Turn turn;
  turns_->begin(owner);
  while (turns_->collect(owner, 1 + random.below(10), world_.clock.now(), turn)) {
  }
  return turn;
}

void Server::afterStep() {
  if (!isUp()) {
    return;
  }
  DurableLog& durable = hub_->durable();
  disk_->noteMark(durable.newest(), durable.queue().newestAhead());
  const HubOptions& options = world_.settings.hub;
  constexpr std::size_t kPiece = std::size_t{128} * 1024;
  const std::size_t read = durable.reads().bytes();
  if (read > options.replayBytes && read > kPiece) {
    throw Violation("bounds", "pieces of the store take " + std::to_string(read) + " bytes");
  }
  const std::size_t waiting = durable.queue().bytes();
  const HubStats stats = hub_->census().stats();
  const std::size_t inbox = stats.inboxBytes;
  if (stats.channels > kChannels) {
    throw Violation("bounds", "there are " + std::to_string(stats.channels) + " channels");
  }
  if (waiting > options.inboxBytes || inbox > options.inboxBytes) {
    throw Violation("bounds",
                    std::to_string(waiting) + " bytes wait for the store, " + std::to_string(inbox) + " for readers");
  }
}

void Server::checkStore() {
  if (store_ != nullptr) {
    checkAtRest(world_, *store_);
  }
}

}  // namespace millrace::sim
