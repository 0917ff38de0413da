#pragma once

#include "core/log/log_store.hpp"
#include "sim/random.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace millrace::sim {

// What one server instance keeps when its process dies: a store, and beside it how far it had come.
//
// The store's calls fail as the disk is told to. None of them throws: code without exceptions calls them.
class Disk {
 public:
  Disk() = default;
  virtual ~Disk() = default;
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;
  Disk(Disk&&) = delete;
  Disk& operator=(Disk&&) = delete;

  // Null: it cannot be opened. The store lives until it is closed or lost.
  [[nodiscard]] virtual LogStore* open(StoreContents& contents) = 0;
  // The process ends, and has told the store all it had to.
  virtual void close() = 0;
  // It ends without: what it has written stays.
  virtual void kill() = 0;
  // The machine loses its power: what was not made safe may stay, or a part of it.
  virtual void cutPower(Random& random) = 0;

  // From now on its calls fail, until it is mended.
  void breakDown(Random& random) {
    isBroken_ = true;
    fail(random);
  }
  void mend() {
    isBroken_ = false;
    heal();
  }
  [[nodiscard]] bool isBroken() const { return isBroken_; }
  // The same, without that being known.
  virtual void fail(Random& random) = 0;
  // One of the next calls fails, or some from there on.
  virtual void failSoon(Random& random) = 0;
  // Nothing changes any more behind so many more changes, as if the process had ended there.
  virtual void stopAfter(std::uint64_t changes) = 0;
  // It works.
  virtual void heal() = 0;
  // Whether reading fails.
  void failReads(bool fails) { failsReads_ = fails; }
  [[nodiscard]] bool failsReads() const { return failsReads_; }
  // A bit in what it keeps is another one from now on, while the store is not open.
  virtual void flipBit(Random& random) = 0;
  // All bytes that it has, for a search.
  [[nodiscard]] virtual std::string bytes() const = 0;

  // What the process has noted of its position. The kernel keeps it when the process is killed, and the machine loses it with its power.
  [[nodiscard]] const std::optional<MarkedPosition>& mark() const { return mark_; }
  void beginMark(const MarkedPosition& position) { mark_ = position; }
  void noteMark(std::uint64_t newest, std::uint64_t ahead) {
    if (mark_) {
      mark_->newest = newest;
      mark_->ahead = ahead;
    }
  }

 protected:
  void loseMark() { mark_.reset(); }

 private:
  bool isBroken_ = false;
  bool failsReads_ = false;
  std::optional<MarkedPosition> mark_;
};

}  // namespace millrace::sim
