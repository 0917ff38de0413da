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

  [[nodiscard]] StoreOutcome append(std::span<const StoreEntry> entries, const StorePosition& position) override {
    return fails_() ? StoreOutcome::failed : store_.append(entries, position);
  }
  [[nodiscard]] StorePage read(std::string_view channel, std::uint64_t after, std::size_t bytes) override {
    StorePage page;
    page.outcome = StoreOutcome::failed;
    return fails_() ? std::move(page) : store_.read(channel, after, bytes);
  }
  [[nodiscard]] std::uint64_t beforeLast(std::string_view channel, std::uint64_t events,
                                         std::uint64_t through) override {
    return store_.beforeLast(channel, events, through);
  }
  [[nodiscard]] StoreOutcome trim(StoreLimits limits, StoredChannel& channel) override {
    return fails_() ? StoreOutcome::failed : store_.trim(limits, channel);
  }
  [[nodiscard]] StoreOutcome end(std::string_view channel, std::uint64_t after) override {
    return fails_() ? StoreOutcome::failed : store_.end(channel, after);
  }
  [[nodiscard]] StoreOutcome forget(std::string_view channel) override {
    return fails_() ? StoreOutcome::failed : store_.forget(channel);
  }

  [[nodiscard]] const MemoryLogStore& memory() const { return store_; }

 private:
  const std::function<bool()> fails_;
  MemoryLogStore store_;
};

}  // namespace millrace::test
