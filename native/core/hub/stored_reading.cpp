#include "core/hub/stored_reading.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace millrace {
namespace {

void tellGap(Subscription& subscription, Subscriptions& all, Preamble& preamble) {
  preamble.noticeGap();
  subscription.owesState = true;
  all.noteOwed();
}

// Unless the store has events behind this sequence that memory does not have.
void goOn(Subscription& subscription, std::uint64_t readThrough, Subscriptions& all, Preamble& preamble) {
  if (!subscription.channel->hasStoredAfter(readThrough)) {
    endStored(subscription, all, preamble);
  }
}

}  // namespace

bool haveLost(const Subscriptions& all, std::uint64_t takenThrough) {
  return std::any_of(all.begin(), all.end(), [&](const Subscription& subscription) {
    return subscription.isEvicted() && !subscription.channel->hasAllAfter(std::max(takenThrough, subscription.begins));
  });
}

void goOnInStore(Subscriptions& all, std::uint64_t takenThrough) {
  for (Subscription& subscription : all) {
    const Channel& channel = *subscription.channel;
    const std::uint64_t taken = std::max(takenThrough, subscription.begins);
    if (!subscription.isEvicted() || !channel.hasAllAfter(taken)) {
      continue;
    }
    if (channel.hasStoredAfter(taken)) {
      subscription.stored = std::make_unique<StoredCursor>(taken, taken);
    } else {
      subscription.cursor = channel.log.begin();  // memory has let go of nothing that was to be given
    }
  }
}

void goOnBehindGap(Subscriptions& all, std::uint64_t takenThrough) {
  for (Subscription& subscription : all) {
    const StoredLog* const log = subscription.channel->stored;
    if (!subscription.isEvicted() || log == nullptr) {
      continue;
    }
    const std::uint64_t known = std::max({takenThrough, subscription.begins, log->lostThrough});
    if (subscription.channel->hasStoredAfter(known)) {
      subscription.stored = std::make_unique<StoredCursor>(known, known);
    }
  }
}

bool haveGivenPieces(const Subscriptions& all) {
  return std::any_of(all.begin(), all.end(), [](const Subscription& subscription) {
    return subscription.log() != nullptr && subscription.stored != nullptr &&
           subscription.stored->given == subscription.stored->log()->end();
  });
}

void endStored(Subscription& subscription, Subscriptions& all, Preamble& preamble) {
  const Channel& channel = *subscription.channel;
  const std::uint64_t position = subscription.stored->position();
  if (subscription.stored->isNewGap(channel.evictedThrough())) {
    tellGap(subscription, all, preamble);
  }
  subscription.cursor = channel.log.after(position);
  subscription.stored.reset();
}

void readPiece(Subscription& subscription, SharedPiece piece, std::uint64_t storedThrough, Subscriptions& all,
               Preamble& preamble) {
  StoredCursor& stored = *subscription.stored;
  if (stored.isNewGap(piece->lostThrough())) {
    tellGap(subscription, all, preamble);
  }
  const std::uint64_t begins = stored.last() > 0 ? piece->from() : 0;
  stored.skipTo(std::max({stored.position(), piece->lostThrough(), begins}));
  if (!piece->isEmpty()) {
    stored.read(std::move(piece));
    if (stored.isAtEndOfPiece()) {
      leavePiece(subscription, all, preamble);
    }
  } else {
    goOn(subscription, std::max(stored.position(), storedThrough), all, preamble);
  }
}

void letGoOfForgotten(Subscriptions& all) {
  for (Subscription& subscription : all) {
    if (subscription.stored != nullptr && subscription.stored->isForgotten()) {
      subscription.stored->letGo();
    }
  }
}

void leavePiece(Subscription& subscription, Subscriptions& all, Preamble& preamble) {
  StoredCursor& stored = *subscription.stored;
  stored.skipTo(std::max(stored.position(), stored.piece()->through()));
  goOn(subscription, stored.position(), all, preamble);
}

}  // namespace millrace
