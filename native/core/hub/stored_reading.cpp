#include "core/hub/stored_reading.hpp"

#include <algorithm>
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

void leavePiece(Subscription& subscription, Subscriptions& all, Preamble& preamble) {
  StoredCursor& stored = *subscription.stored;
  stored.skipTo(std::max(stored.position(), stored.piece()->through()));
  goOn(subscription, stored.position(), all, preamble);
}

}  // namespace millrace
