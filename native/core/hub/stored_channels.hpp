#pragma once

#include "core/base/instant.hpp"
#include "core/base/text_map.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace millrace {

// What the store has of one channel. What waits to be stored does not count.
struct StoredLog {
  std::uint64_t lostThrough = 0;  // some of the events up to this sequence are not there
  std::uint64_t newest = 0;       // sequence
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  Instant oldest = kNever;      // when the oldest was published, or before
  std::uint64_t endsAfter = 0;  // the channel is closed behind this sequence; 0: it is open
  bool isTrimming = false;      // the store is asked to let go of some

  // The oldest has been there for longer than that.
  [[nodiscard]] bool isOlderThan(Millis age, Instant now) const { return oldest != kNever && oldest + age < now; }
};

// Whether a store is to let go of something: it does of whole segments, and not for each event.
[[nodiscard]] constexpr bool exceeds(std::uint64_t value, std::uint64_t limit) {
  constexpr std::uint64_t kTenth = 10;
  return value > limit && value - limit > limit / kTenth;
}

// What the store has of all channels, also of those that nobody has used for long. An address of one stays valid until it is removed.
class StoredChannels {
 public:
  // Null: the store has nothing of it.
  [[nodiscard]] StoredLog* find(std::string_view key) {
    const auto found = logs_.find(key);
    return found == logs_.end() ? nullptr : &found->second;
  }
  // Made when it is not there.
  StoredLog& at(std::string_view key) { return logs_.try_emplace(std::string(key)).first->second; }
  void remove(std::string_view key) {
    if (const auto found = logs_.find(key); found != logs_.end()) {
      logs_.erase(found);
    }
  }

  // The newest sequence that a channel ever had which is in neither memory nor the store.
  [[nodiscard]] std::uint64_t forgottenThrough() const { return forgottenThrough_; }
  void noteForgotten(std::uint64_t sequence) { forgottenThrough_ = std::max(forgottenThrough_, sequence); }

  template <typename Act>
  void forEach(Act&& act) {
    for (auto& [key, log] : logs_) {
      act(key, log);
    }
  }

 private:
  TextMap<StoredLog> logs_;
  std::uint64_t forgottenThrough_ = 0;
};

}  // namespace millrace
