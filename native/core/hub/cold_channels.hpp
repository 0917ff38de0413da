#pragma once

#include "core/base/instant.hpp"
#include "core/hub/stored_reads.hpp"

#include <optional>
#include <string_view>

namespace millrace {

class Publisher;
class Registry;
class StoredChannels;

// Channels of which only the store has events. The newest of those are read into memory before somebody reads the channel, so that what
// memory alone knows of events holds for them, too: which ids of the application's they have, and which of them end a stream.
class ColdChannels {
 public:
  // All outlive it.
  ColdChannels(Registry& registry, Publisher& publisher, StoredChannels& stored)
      : registry_(registry), publisher_(publisher), stored_(stored) {}

  // What is to be read of the channel; none: memory has it, or there is nothing.
  [[nodiscard]] std::optional<ReadJob> tailOf(std::string_view key) const;
  // What was read.
  void restore(std::string_view key, const StoredPiece& tail, Instant now);

 private:
  Registry& registry_;
  Publisher& publisher_;
  StoredChannels& stored_;
};

}  // namespace millrace
