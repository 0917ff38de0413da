#pragma once

#include "core/base/instant.hpp"
#include "core/base/unix_time.hpp"
#include "core/flow/merge_tally.hpp"
#include "core/wire/event.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

// An event on its way to a channel's log. The views belong to the caller.
struct FlowEvent {
  EventFields fields;
  Instant expires = kNever;
  std::string_view conflateKey;  // empty: none, as the keys below
  std::string_view mergeKey;
  std::string_view throttleKey;
  std::string_view label;
  UnixTime at{};  // when it was published; 0: unknown
};

// A copy of an event that waits.
class HeldEvent {
 public:
  explicit HeldEvent(const FlowEvent& event);

  [[nodiscard]] FlowEvent view() const;
  // It does not expire before.
  void keepUntil(Instant expires) { expires_ = std::max(expires_, expires); }
  // What it takes in memory, about.
  [[nodiscard]] std::size_t bytes() const;
  // It is one of several that have become one: its data says so, where that is a JSON object.
  void addTally(const MergeTally& tally);

 private:
  std::string type_;
  std::optional<std::string> id_;
  std::optional<std::string> data_;
  std::string conflateKey_;
  std::string label_;
  std::optional<std::uint32_t> retry_;
  Instant expires_;
  UnixTime at_;
  bool isRaw_;
};

}  // namespace millrace
