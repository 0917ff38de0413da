#pragma once

#include "core/log/log_store.hpp"
#include "sim/disk.hpp"
#include "sim/world.hpp"

#include <cstdint>
#include <string_view>

namespace millrace::sim {

// How a process has ended.
enum class Death : std::uint8_t { none, stopped, killed, powerCut };

// What a store must have, by what was said of it before. The disk must be well meanwhile. Each throws what is broken.

// When it was opened again: what was said to be stored is there, and what is not there is told to clients. The fates of the events that waited
// are known then. `lostThrough` is what the hub tells clients of.
void checkReopened(World& world, LogStore& store, const StoreContents& contents, std::uint64_t lostThrough,
                   Death death);
// When nothing waits: it has what it has accepted, and nothing else.
void checkAtRest(World& world, LogStore& store);
// It has let go of no more than the limits want. `channel`: what it has now.
void noteTrimmed(World& world, const StoreLimits& limits, const StoredChannel& channel);
// Nothing is left in the files of events that were forgotten.
void checkTraces(const World& world, const Disk& disk, std::size_t channel);

}  // namespace millrace::sim
