#include "sim/simulation.hpp"

#include "sim/make_disk.hpp"
#include "sim/violation.hpp"

#include <algorithm>

namespace millrace::sim {

Tally& Tally::operator+=(const Tally& other) {
  steps += other.steps;
  delivered += other.delivered;
  notices += other.notices;
  restarts += other.restarts;
  powerCuts += other.powerCuts;
  digest += other.digest;  // whatever their order
  return *this;
}

Simulation::Simulation(const Schedule& schedule, std::ostream* trace)
    : schedule_(schedule), world_(schedule.seed, trace), server_(world_, makeDisk(schedule.disk, schedule.seed)) {
  for (const Habits& habits : world_.settings.clients) {
    clients_.push_back(std::make_unique<Client>(world_, habits));
  }
}

Tally Simulation::tally() const {
  Tally tally = tally_;
  for (const auto& client : clients_) {
    tally.delivered += client->delivered();
    tally.notices += client->notices();
  }
  tally.digest = world_.digest.value();
  return tally;
}

void Simulation::run() {
  Random random(schedule_.seed + 1);
  server_.start(random);
  for (const Step& step : schedule_.steps) {
    world_.ledger.nextTick();
    ++tally_.steps;
    take(step);
    server_.afterStep();
  }
  comeToRest();
}

void Simulation::take(const Step& step) {
  Random random(step.seed);
  world_.tell([&](std::ostream& out) {
    out << "== " << nameOf(step.kind) << " at " << world_.clock.now().time_since_epoch().count() << " behind event "
        << world_.ledger.head();
  });
  switch (step.kind) {
    case StepKind::tick:
      return anyClient(random).tick(server_, random);
    case StepKind::receive:
      return anyClient(random).receive(random);
    case StepKind::jump:
      return pass(Millis(random.below(150000)), random);
    case StepKind::suspend:
      return pass(Millis(random.below(std::size_t{8} * 3600 * 1000)), random);
    case StepKind::clock:
      world_.ledger.noteClockSet();
      return world_.clock.set(Millis(random.below(7200000)) - Millis(3600000));
    case StepKind::pass:
      pass(Millis(random.below(500)), random);
      return anyClient(random).tick(server_, random);
    case StepKind::start:
      return server_.start(random);
    case StepKind::heal:
      return server_.disk().mend();
    default:
      if (server_.isUp()) {
        takeOfServer(step.kind, random);
      }
  }
}

void Simulation::takeOfServer(StepKind kind, Random& random) {
  switch (kind) {
    case StepKind::publish:
      return publish(world_, server_, random);
    case StepKind::burst:
      for (std::size_t left = random.below(60); left > 0; --left) {
        publish(world_, server_, random);
      }
      return;
    case StepKind::send:
      // What is sent to a client before it joins moves its id past events it never got: a limit of the contract.
      if (const Client& client = anyClient(random); client.hasJoined()) {
        sendTo(world_, server_, client.connection());
      }
      return;
    case StepKind::turn:
      return turn(static_cast<OwnerId>(1 + random.below(kOwners)), random);
    case StepKind::read:
      return anyClient(random).read(server_, random);
    case StepKind::cut:
      return anyClient(random).cut(server_, random);
    case StepKind::notice:
      return anyClient(random).notice(server_);
    case StepKind::store:
      return server_.store() != nullptr ? server_.store()->write(random) : void();
    case StepKind::fetch:
      return server_.store() != nullptr ? server_.store()->read(random) : void();
    case StepKind::stop:
      return restart(Death::stopped, random);
    case StepKind::kill:
      return restart(Death::killed, random);
    case StepKind::power:
      return restart(Death::powerCut, random);
    case StepKind::drain:
      return server_.drain(random);
    case StepKind::forget:
      return forget(world_, server_, random);
    case StepKind::close:
      return closeChannel(world_, server_, random);
    case StepKind::fault:
      return server_.disk().breakDown(random);
    case StepKind::flip:
      return flipBit(random);
    default:
      return;
  }
}

void Simulation::restart(Death death, Random& random) {
  for (const auto& client : clients_) {
    client->loseServer(random);
  }
  ++tally_.restarts;
  tally_.powerCuts += death == Death::powerCut ? 1 : 0;
  death == Death::stopped ? server_.stop(random) : server_.die(death, random);
  if (random.chance(90)) {
    server_.start(random);
  }
}

void Simulation::flipBit(Random& random) {
  for (const auto& client : clients_) {
    client->loseServer(random);
  }
  ++tally_.restarts;
  world_.ledger.noteDamage();
  server_.die(random.chance(70) ? Death::killed : Death::powerCut, random);
  server_.disk().flipBit(random);
  server_.start(random);
}

void Simulation::pass(Millis time, Random& random) {
  world_.clock.pass(time);
  if (!server_.isUp()) {
    return;
  }
  server_.hub().tick(world_.clock.now());
  world_.ledger.noteNewest(server_.hub().durable().newest());
  if (server_.isToStop()) {
    restart(Death::stopped, random);
  }
}

// An owner looks only when it was woken. Some of its clients stall: they read later, or never.
void Simulation::turn(OwnerId owner, Random& random) {
  if (!server_.takeWake(owner)) {
    return;
  }
  const Turn turn = server_.beginTurn(owner, random);
  for (const SubscriberId id : turn.readable) {
    world_.tell([&](std::ostream& out) { out << "connection " << id << " is readable"; });
    if (Client* const client = clientOf(id)) {
      client->becomesReadable();
      if (isResting_ || random.chance(client->habits().isSlow ? 25 : 80)) {
        client->read(server_, random);
      }
    }
  }
  for (const auto& [id, reason] : turn.closing) {
    closing(id, reason, random);
  }
  server_.turns().settle(owner, world_.clock.now());
}

void Simulation::closing(SubscriberId id, CloseReason reason, Random& random) {
  world_.tell([&](std::ostream& out) { out << "connection " << id << " is to close: " << closeReasonName(reason); });
  if (Client* const client = clientOf(id)) {
    const bool takesRest = reason != CloseReason::lagging && (isResting_ || random.chance(50));
    takesRest ? client->end(server_, random) : client->cut(server_, random);
    return;
  }
  for (const auto& client : clients_) {
    if (client->noticeIf(server_, id)) {
      return;
    }
  }
}

Client* Simulation::clientOf(SubscriberId id) {
  const auto found =
      std::find_if(clients_.begin(), clients_.end(), [id](const auto& client) { return client->connection() == id; });
  return found == clients_.end() ? nullptr : found->get();
}

// --- the end

// Everybody takes everything, until nothing is left; then the promises are looked at.
void Simulation::comeToRest() {
  constexpr int kMostRounds = 60;
  Random random(schedule_.seed);
  isResting_ = true;
  server_.disk().mend();
  if (server_.isUp() && server_.isDraining()) {
    restart(Death::stopped, random);
  }
  server_.start(random);
  for (const auto& client : clients_) {
    client->notice(server_);
  }
  int rested = 0;
  for (int round = 0; rested < 2; ++round) {
    if (round == kMostRounds) {
      throw Violation("rest", "not everybody has what there is, though nothing is in the way");
    }
    world_.ledger.nextTick();
    pass(Millis(5000), random);
    for (const auto& client : clients_) {
      client->tick(server_, random, false);
    }
    do {
      takeAll(random);
      if (server_.store() != nullptr) {
        server_.store()->finishAll(random);
      }
      takeAll(random);  // what has come from the store
    } while (!server_.hub().durable().reads().isEmpty());
    server_.afterStep();
    rested = isAtRest() ? rested + 1 : 0;
  }
  for (const auto& client : clients_) {
    client->checkNothingIsMissing();
  }
  server_.disk().mend();
  server_.checkStore();
}

bool Simulation::isAtRest() {
  const StoredReads& reads = server_.hub().durable().reads();
  return reads.isEmpty() && reads.next() == kNever &&
         std::all_of(clients_.begin(), clients_.end(),
                     [this](const auto& client) { return client->isAtRest(server_); });
}

void Simulation::takeAll(Random& random) {
  for (int round = 0; round < 3; ++round) {
    for (OwnerId owner = 1; owner <= kOwners; ++owner) {
      turn(owner, random);
    }
  }
  for (const auto& client : clients_) {
    do {
      client->read(server_, random);
      while (client->hasBytesOnTheWay()) {
        client->receive(random);
      }
    } while (client->isReadable());
  }
}

}  // namespace millrace::sim
