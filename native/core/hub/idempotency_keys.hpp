#pragma once

#include "core/base/instant.hpp"
#include "core/base/text_map.hpp"
#include "core/hub/hub_options.hpp"
#include "core/hub/outcomes.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace millrace {

// The keys under which events were published lately, each with its receipt: who publishes again under one, for the answer was lost, gets
// that and publishes nothing.
class IdempotencyKeys {
 public:
  // The options outlive it.
  explicit IdempotencyKeys(const HubOptions& options) : options_(options) {}

  // Null: nothing was published in the channel under this key, or it is too long ago.
  [[nodiscard]] const Receipt* find(std::string_view channel, std::string_view key, Instant now);
  // As of `at`; in place of what was remembered of it. The oldest go where there are too many.
  void remember(std::string_view channel, std::string_view key, const Receipt& receipt, Instant at);
  void forget(std::string_view channel);

  // The store has keys of the channel, which are to be read before any of them is looked for.
  void noteStored(std::string_view channel) { unread_.emplace(channel); }
  [[nodiscard]] bool isUnread(std::string_view channel) const { return unread_.find(channel) != unread_.end(); }
  void noteRead(std::string_view channel) { unread_.erase(std::string(channel)); }

 private:
  struct Remembered {
    Receipt receipt;
    Instant at;
  };
  struct Place {
    std::string channel;
    std::string key;
    Instant at;
  };

  void forgetOldest();

  const HubOptions& options_;
  TextMap<TextMap<Remembered>> channels_;
  std::deque<Place> order_;  // the oldest first; what was forgotten or replaced stands here, too
  std::unordered_set<std::string, TextHash, std::equal_to<>> unread_;
};

// A key and its receipt as an entry of their channel's journal, and back.
[[nodiscard]] std::string encodeKey(std::string_view key, const Receipt& receipt);
struct StoredKey {
  std::string_view key;  // of the entry
  Receipt receipt;
};
[[nodiscard]] std::optional<StoredKey> decodeKey(std::string_view entry);

}  // namespace millrace
