#pragma once

#include "core/base/wall_clock.hpp"
#include "core/hub/durable_log.hpp"
#include "core/hub/stored_reads.hpp"
#include "core/log/log_store.hpp"

#include <optional>

namespace millrace {

// Where a hub goes on: behind the last process, if that has ended as it should. Where it was killed, the mark says how far it had come; and
// where the machine went down, too, nobody knows. `marked`: none where there is no mark to be believed. A new store has no epoch: the hub's
// own counts.
[[nodiscard]] StoreStart startAfter(const StoreContents& contents, const std::optional<MarkedPosition>& marked,
                                    const WallClock& clock);

// What is written last by a process that ends as it should, after everything else.
[[nodiscard]] StorePosition restingPosition(DurableLog& durable);

// What an adapter has a store do between taking from a hub and telling it, without the hub's guard.

// All of the work, in its order, up to what fails. Of what is trimmed, `work` says afterwards what the store has.
[[nodiscard]] StoreOutcome doWork(LogStore& store, StoreWork& work, const WallClock& clock);

// The piece that the job is for; null: it cannot be read.
[[nodiscard]] SharedPiece readFromStore(LogStore& store, const ReadJob& job, const WallClock& clock);

}  // namespace millrace
