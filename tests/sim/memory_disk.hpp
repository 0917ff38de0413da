#pragma once

#include "core/support/flaky_log_store.hpp"
#include "sim/disk.hpp"

#include <limits>

namespace millrace::sim {

// A store whose calls are done at once, and wholly or not at all.
class MemoryDisk : public Disk {
 public:
  [[nodiscard]] LogStore* open(StoreContents& contents) override;
  void close() override {}
  void kill() override {}
  void cutPower(Random& /*random*/) override { loseMark(); }
  void fail(Random& /*random*/) override { stopAfter(0); }
  void failSoon(Random& random) override;
  void stopAfter(std::uint64_t changes) override {
    failsFrom_ = calls_ + changes;
    failsUntil_ = kNoCall;
  }
  void heal() override { failsFrom_ = failsUntil_ = kNoCall; }
  void flipBit(Random& /*random*/) override {}
  [[nodiscard]] std::string bytes() const override { return {}; }

 private:
  static constexpr std::uint64_t kNoCall = std::numeric_limits<std::uint64_t>::max();

  [[nodiscard]] bool failsNow();

  std::uint64_t calls_ = 0;
  std::uint64_t failsFrom_ = kNoCall;
  std::uint64_t failsUntil_ = kNoCall;
  test::FlakyLogStore store_{[this] { return failsNow(); }};
};

}  // namespace millrace::sim
