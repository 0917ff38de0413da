#pragma once

#include "core/hub/event_filter.hpp"

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace millrace {

// Of filters that do not take everything: how many take an event, without asking each.
class FilterCounts {
 public:
  // Filters that take everything are not counted.
  void add(const EventFilter& filter) { change(filter, 1); }
  void remove(const EventFilter& filter) { change(filter, -1); }

  [[nodiscard]] std::size_t size() const { return size_; }
  // How many of them take it.
  [[nodiscard]] std::size_t readersOf(const LogEntry& entry) const;

 private:
  void change(const EventFilter& filter, int by);
  void changeCount(std::uint64_t type, std::uint64_t label, int by);
  [[nodiscard]] std::size_t countOf(std::uint64_t type, std::uint64_t label) const;

  std::size_t size_ = 0;
  std::unordered_map<std::uint64_t, std::size_t> counts_;  // by type and label, either of which may be any
};

}  // namespace millrace
