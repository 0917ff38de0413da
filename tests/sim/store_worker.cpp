#include "sim/store_worker.hpp"

#include "core/hub/store_adapter.hpp"
#include "sim/store_checks.hpp"
#include "sim/violation.hpp"

#include <string>

namespace millrace::sim {

void StoreWorker::write(Random& random) {
  do {
    advance(random);
  } while (random.chance(60));
}

void StoreWorker::advance(Random& random) {
  switch (stage_) {
    case Stage::idle:
      if (hub_.durable().hasWork()) {
        work_ = hub_.durable().work(world_.settings.mostEntries);
        for (std::size_t channel = 0; channel < kChannels; ++channel) {
          forgetCalls_.at(channel) = world_.ledger.book(channel).forgetCalls;
        }
        stage_ = Stage::taken;
      }
      break;
    case Stage::taken:
      if (disk_.isBroken()) {
        outcome_ = doWorkTaken();
      } else {
        if (random.chance(world_.settings.failPercent)) {
          disk_.failSoon(random);
        }
        outcome_ = doWorkTaken();
        disk_.heal();
      }
      stage_ = Stage::done;
      break;
    case Stage::done:
      tellHub();
      stage_ = Stage::idle;
      break;
  }
}

StoreOutcome StoreWorker::doWorkTaken() {
  const StoreOutcome outcome = doWork(store_, work_, hub_.durable().clock());
  world_.digest.add(static_cast<std::uint64_t>(outcome));
  if (outcome == StoreOutcome::done) {
    world_.ledger.noteCommit();
  }
  for (const StoreTrim& trim : work_.trims) {
    if (trim.channel.newest > 0) {  // the store has come as far as that
      noteTrimmed(world_, trim.limits, trim.channel);
    }
  }
  tellWork(outcome);
  return outcome;
}

void StoreWorker::tellWork(StoreOutcome outcome) const {
  world_.tell([&](std::ostream& out) {
    out << "the store has " << (outcome == StoreOutcome::done ? "done" : "failed at") << " work";
    for (const std::string& key : work_.forgets) {
      out << "\n  forget " << key;
    }
    for (const auto& [key, after] : work_.ends) {
      out << "\n  end " << key << " behind " << after;
    }
    for (const StoreTrim& trim : work_.trims) {
      out << "\n  trim " << trim.channel.key << " to " << trim.limits.events << " events: lost up to "
          << trim.channel.lostThrough << ", has " << trim.channel.events << " up to " << trim.channel.newest;
    }
    for (const StoreJob& job : work_.entries) {
      out << "\n  store " << job.channel << ' ' << job.sequence << " behind " << job.after;
    }
  });
}

void StoreWorker::tellPiece(const ReadJob& job, const SharedPiece& piece) const {
  world_.tell([&](std::ostream& out) {
    out << "a piece of " << job.channel << " behind " << job.after << ", last " << job.last << " up to "
        << job.lastThrough;
    if (piece == nullptr) {
      out << " cannot be read";
    } else {
      out << ": from " << piece->from() << " through " << piece->through() << ", lost up to " << piece->lostThrough()
          << (piece->isEmpty() ? ", empty" : "");
    }
  });
}

void StoreWorker::tellHub() {
  DurableLog& durable = hub_.durable();
  durable.finish(work_, outcome_, world_.clock.now());
  if (outcome_ == StoreOutcome::failed) {
    durable.giveUpIfFull();
    const std::size_t most = world_.settings.hub.inboxBytes / 2;
    if (durable.queue().bytes() > most && !durable.queue().isUrgent()) {
      throw Violation("bounds", std::to_string(durable.queue().bytes()) + " bytes wait for a disk that fails");
    }
  }
  world_.ledger.settle(durable);
  if (outcome_ == StoreOutcome::done) {
    noteDone();
  }
}

void StoreWorker::noteDone() {
  for (const StoreJob& job : work_.entries) {
    if (hub_.durable().stateOf(job.sequence) == StoredState::waiting) {
      throw Violation("state", "event " + std::to_string(job.sequence) + " is stored, and is said to wait");
    }
  }
  for (const std::string& key : work_.forgets) {
    const std::size_t channel = channelOf(key);
    world_.ledger.forgetDone(channel, forgetCalls_.at(channel));
    if (!world_.ledger.isDamaged()) {
      checkTraces(world_, disk_, channel);
    }
  }
  for (const auto& [key, after] : work_.ends) {
    ChannelBook& book = world_.ledger.book(channelOf(key));
    if (after > 0 && book.end == ChannelEnd::closing) {
      book.end = ChannelEnd::closed;
    }
  }
}

void StoreWorker::read(Random& random) {
  if (reading_.empty() && !hub_.durable().reads().isEmpty()) {  // as the engine, which is not woken else
    for (ReadJob& job : hub_.durable().reads().jobs(1 + random.below(3), world_.clock.now())) {
      reading_.push_back({std::move(job), nullptr, false});
    }
  }
  for (Reading& one : reading_) {
    if (!one.isRead) {
      ReadJob job = one.job;
      job.bytes = random.chance(20) ? 1 : 1 + random.below(4000);
      disk_.failReads(random.chance(world_.settings.failPercent));
      one.piece = readFromStore(store_, job, hub_.durable().clock());
      disk_.failReads(false);
      tellPiece(one.job, one.piece);
      one.isRead = true;
      if (random.chance(30)) {
        return;
      }
      continue;
    }
    hub_.durable().reads().finish(one.job, one.piece, world_.clock.now());
    reading_.erase(reading_.begin() + (&one - reading_.data()));
    return;
  }
}

void StoreWorker::finishAll(Random& random) {
  constexpr int kMost = 100000;
  for (int round = 0; stage_ != Stage::idle || hub_.durable().hasWork(); ++round) {
    advance(random);
    if (round > kMost) {
      throw Violation("waits", "the store has work for ever");
    }
  }
  while (!reading_.empty() || !hub_.durable().reads().isEmpty()) {
    read(random);
  }
}

}  // namespace millrace::sim
