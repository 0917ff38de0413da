#pragma once

#include "core/log/log_store.hpp"

#include <deque>
#include <functional>
#include <map>
#include <string>

namespace millrace {

// A store that is as durable as the process: the simplest that keeps the contract, for tests, and for comparing others with.
class MemoryLogStore : public LogStore {
 public:
  [[nodiscard]] StoreOutcome append(std::span<const StoreEntry> entries) override;
  [[nodiscard]] StorePage read(std::string_view channel, std::uint64_t after, std::size_t bytes) override;
  [[nodiscard]] StoreOutcome trim(std::string_view channel, std::uint64_t through) override;
  [[nodiscard]] StoreOutcome forget(std::string_view channel) override;

 private:
  std::map<std::string, std::deque<StoredEvent>, std::less<>> channels_;
};

}  // namespace millrace
