#pragma once

#include "core/log/memory_log_store.hpp"

#include <functional>
#include <utility>

namespace millrace::test {

// A store that fails whenever it is told to.
class FlakyLogStore : public LogStore {
 public:
  // Asked at each call whether it is to fail.
  explicit FlakyLogStore(std::function<bool()> fails) : fails_(std::move(fails)) {}

  [[nodiscard]] StoreOutcome append(std::span<const StoreEntry> entries) override {
    return fails_() ? StoreOutcome::failed : store_.append(entries);
  }
  [[nodiscard]] StorePage read(std::string_view channel, std::uint64_t after, std::size_t bytes) override {
    return fails_() ? StorePage{StoreOutcome::failed, {}, false} : store_.read(channel, after, bytes);
  }
  [[nodiscard]] StoreOutcome trim(std::string_view channel, std::uint64_t through) override {
    return fails_() ? StoreOutcome::failed : store_.trim(channel, through);
  }
  [[nodiscard]] StoreOutcome forget(std::string_view channel) override {
    return fails_() ? StoreOutcome::failed : store_.forget(channel);
  }

 private:
  const std::function<bool()> fails_;
  MemoryLogStore store_;
};

}  // namespace millrace::test
