#pragma once

#include "core/wire/parser.hpp"
#include "sim/link.hpp"
#include "sim/world.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_set>

namespace millrace::sim {

// How a client's connection began.
struct Beginning {
  bool hasResumed = false;        // it came with an id
  std::uint64_t openedAt = 0;     // the head then
  std::uint64_t beginsAfter = 0;  // its cursor, where the client came without one
  // Of the events that were there, those up to here are not for it: it did not ask for so many.
  std::array<std::uint64_t, kChannels> unasked{};
};

// A check of every event that a client is given. Nothing comes twice; what it was not given lies before a gap or reset that it was told of first.
class ClientCheck {
 public:
  // Both outlive it.
  ClientCheck(World& world, const Habits& habits) : world_(world), habits_(habits) {}

  void connected(const Beginning& beginning);
  // It joined the channel late: it begins at the head, which is what it asked for.
  void joinedLate(std::size_t channel);
  // It has an id for the first time.
  void begin();
  // Something that a chunk has completed. `isFirst`: the chunk's first.
  void take(const ParsedItem& item, const Chunk& from, bool isFirst);
  // Everything that is wanted must have come or been excused.
  void checkNothingIsMissing() const;

  [[nodiscard]] bool hasBegun() const { return hasBegun_; }
  // It was told that all of its channels are closed.
  [[nodiscard]] bool isOver() const { return isOver_; }
  [[nodiscard]] std::size_t delivered() const { return delivered_.size(); }
  [[nodiscard]] std::size_t notices() const { return notices_; }

 private:
  void noticed(const ParsedItem& item, const Chunk& from);
  void ended(const ParsedItem& item, const Chunk& from);
  void deliver(const ParsedItem& item, const Chunk& from, bool isFirst);
  void checkEvent(const Event& event, const ParsedItem& item, const Chunk& from, bool isFirst) const;
  void checkMissing(std::uint64_t before) const;
  [[nodiscard]] bool wants(const Event& event) const;
  [[nodiscard]] std::string describe() const;
  void require(bool is, const char* kind, const std::string& text) const;

  World& world_;
  const Habits& habits_;
  Beginning beginning_;
  // Everything up to `position_` was delivered or excused.
  bool hasBegun_ = false;
  bool isOver_ = false;
  std::uint64_t epoch_ = 0;  // of position_
  std::uint64_t position_ = 0;
  std::uint64_t beganAt_ = 0;  // what was published before is history, of which it is given what is left
  std::uint64_t order_ = 0;    // the last sequence delivered on this connection
  bool hasBeenReset_ = false;  // so that what an earlier connection skipped may come now
  std::array<std::uint64_t, kChannels> excused_{};
  std::unordered_set<std::string> delivered_;
  std::size_t notices_ = 0;
};

}  // namespace millrace::sim
