#pragma once

#include "core/hub/durable_log.hpp"
#include "core/hub/hub.hpp"
#include "core/log/log_store.hpp"
#include "sim/disk.hpp"
#include "sim/world.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace millrace::sim {

// What the two threads of a store do with a hub, in steps: one takes work, has the store do it, and tells the hub; the other one reads. Between
// those anything else may happen.
class StoreWorker {
 public:
  // All outlive it.
  StoreWorker(World& world, Hub& hub, LogStore& store, Disk& disk)
      : world_(world), hub_(hub), store_(store), disk_(disk) {}

  void write(Random& random);
  void read(Random& random);
  // Everything is written and read, with a disk that works.
  void finishAll(Random& random);
  // Work was taken and is not done: the process may die in the middle of it.
  [[nodiscard]] bool isWriting() const { return stage_ == Stage::taken; }
  // Does it. Nobody is told: the process dies.
  void doTaken() { static_cast<void>(doWorkTaken()); }

 private:
  enum class Stage : std::uint8_t { idle, taken, done };

  struct Reading {
    ReadJob job;
    SharedPiece piece;
    bool isRead = false;
  };

  void advance(Random& random);
  [[nodiscard]] StoreOutcome doWorkTaken();
  void tellHub();
  void noteDone();
  void tellWork(StoreOutcome outcome) const;
  void tellPiece(const ReadJob& job, const SharedPiece& piece) const;

  World& world_;
  Hub& hub_;
  LogStore& store_;
  Disk& disk_;
  Stage stage_ = Stage::idle;
  StoreWork work_;
  std::array<std::uint64_t, kChannels> forgetCalls_{};  // when it was taken
  StoreOutcome outcome_ = StoreOutcome::done;
  std::vector<Reading> reading_;
};

}  // namespace millrace::sim
