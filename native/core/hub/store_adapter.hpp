#pragma once

#include "core/base/wall_clock.hpp"
#include "core/hub/durable_log.hpp"
#include "core/hub/stored_reads.hpp"
#include "core/log/log_store.hpp"

namespace millrace {

// What an adapter has a store do between taking from a hub and telling it, without the hub's guard.

// All of the work, in its order, up to what fails. Of what is trimmed, `work` says afterwards what the store has.
[[nodiscard]] StoreOutcome doWork(LogStore& store, StoreWork& work, const WallClock& clock);

// The piece that the job is for; null: it cannot be read.
[[nodiscard]] SharedPiece readFromStore(LogStore& store, const ReadJob& job, const WallClock& clock);

}  // namespace millrace
