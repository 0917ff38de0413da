#pragma once

#include "core/base/instant.hpp"
#include "sim/settings.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

namespace millrace::sim {

// Bytes that a server gave a connection at once, and what was true then.
struct Chunk {
  std::string bytes;
  std::uint64_t tick = 0;       // when they were given
  std::uint64_t firstTick = 0;  // when the event began that is the first to end in it
  Instant givenAt;
  bool isWhole = true;                                 // it ends with an event
  std::array<std::uint64_t, kChannels> goneThrough{};  // what a notice in it excuses
  bool allWereClosed = false;                          // the channels that the connection reads
};

// One connection's bytes on their way. Another connection has another link, so bytes of two never mix.
class Link {
 public:
  [[nodiscard]] bool isEmpty() const { return chunks_.empty(); }
  void send(Chunk chunk) {
    chunk.firstTick = lastWasWhole_ ? chunk.tick : lastTick_;
    lastTick_ = chunk.firstTick;
    lastWasWhole_ = chunk.isWhole;
    chunks_.push_back(std::move(chunk));
  }
  // Only when it is not empty.
  [[nodiscard]] Chunk arrive() {
    Chunk chunk = std::move(chunks_.front());
    chunks_.pop_front();
    return chunk;
  }

 private:
  std::deque<Chunk> chunks_;
  std::uint64_t lastTick_ = 0;
  bool lastWasWhole_ = true;
};

}  // namespace millrace::sim
