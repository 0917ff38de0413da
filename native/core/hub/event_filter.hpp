#pragma once

#include "core/log/channel_log.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace millrace {

// Which of a channel's events a subscriber reads: by their types, and by their labels. Most subscribers read all.
class EventFilter {
 public:
  // Everything.
  EventFilter() = default;
  // Empty: all. An event without a label is read whatever the labels.
  EventFilter(std::span<const std::string_view> types, std::span<const std::string_view> labels);

  [[nodiscard]] bool takesAll() const { return wanted_ == nullptr; }
  [[nodiscard]] bool takes(const LogEntry& entry) const { return takesType(entry) && takesLabel(entry); }
  [[nodiscard]] bool takesType(const LogEntry& entry) const {
    return wanted_ == nullptr || isAmong(wanted_->types, entry.typeHash);
  }
  [[nodiscard]] bool takesLabel(const LogEntry& entry) const {
    return wanted_ == nullptr || entry.labelHash == 0 || isAmong(wanted_->labels, entry.labelHash);
  }
  // Hashes, each once and sorted; empty: all.
  [[nodiscard]] const std::vector<std::uint64_t>& types() const { return wanted().types; }
  [[nodiscard]] const std::vector<std::uint64_t>& labels() const { return wanted().labels; }

 private:
  struct Wanted {
    std::vector<std::uint64_t> types;
    std::vector<std::uint64_t> labels;
  };

  [[nodiscard]] const Wanted& wanted() const;
  [[nodiscard]] static bool isAmong(const std::vector<std::uint64_t>& wanted, std::uint64_t hash);

  std::shared_ptr<const Wanted> wanted_;  // null: everything. Shared, because subscriptions are copied for each read
};

}  // namespace millrace
