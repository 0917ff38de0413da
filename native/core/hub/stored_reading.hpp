#pragma once

#include "core/hub/preamble.hpp"
#include "core/hub/stored_cursor.hpp"
#include "core/hub/subscriptions.hpp"

#include <cstdint>

namespace millrace {

// Whether a log was trimmed beyond a cursor, and the store does not have what is missing. Everything up to this sequence was taken.
[[nodiscard]] bool haveLost(const Subscriptions& all, std::uint64_t takenThrough);

// Those whose logs were trimmed beyond their cursors go on in the store, where that has what is missing.
void goOnInStore(Subscriptions& all, std::uint64_t takenThrough);

// The same where the store lacks some of what is missing, which the client is told: with what it has.
void goOnBehindGap(Subscriptions& all, std::uint64_t takenThrough);

// Whether one of them was given the rest of a piece of the store.
[[nodiscard]] bool haveGivenPieces(const Subscriptions& all);

// The next events of this subscription are in the piece, or, if that is empty, the store has none of those up to `storedThrough`. Where they begin
// behind some that are lost, the client is told of the gap.
void readPiece(Subscription& subscription, SharedPiece piece, std::uint64_t storedThrough, Subscriptions& all,
               Preamble& preamble);

// What is left of pieces whose channels were forgotten while they were being sent is given to nobody.
void letGoOfForgotten(Subscriptions& all);

// All of the piece was taken: what follows is in another one, or in memory.
void leavePiece(Subscription& subscription, Subscriptions& all, Preamble& preamble);

// The store has nothing more of it: what follows is in memory, or is lost.
void endStored(Subscription& subscription, Subscriptions& all, Preamble& preamble);

}  // namespace millrace
