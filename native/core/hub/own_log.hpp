#pragma once

#include "core/hub/fresh_events.hpp"
#include "core/log/channel_log.hpp"

#include <cstddef>
#include <memory>

namespace millrace {

// The events that are one subscriber's alone: what was sent to it, and its comments. They take their place among the
// events of its channels by their sequence. Without any it is a null pointer, for most subscribers idle.
class OwnLog {
 public:
  void append(const LogEntry& entry);
  // Evicts what lies before the cursor.
  void trimBefore(Cursor cursor);
  void clear() { log_.reset(); }

  [[nodiscard]] bool isEmpty() const { return log_ == nullptr; }
  [[nodiscard]] std::size_t bytes() const { return log_ ? log_->memory().bytes : 0; }
  [[nodiscard]] LogMemory memory() const { return log_ ? log_->memory() : LogMemory{}; }
  [[nodiscard]] LogDistance distance() const { return log_ ? log_->distance(log_->begin()) : LogDistance{}; }
  // Only when it is not empty.
  [[nodiscard]] const ChannelLog& log() const { return *log_; }

  // No event up to this sequence is in it.
  [[nodiscard]] std::uint64_t passedThrough() const {
    return log_ ? log_->at(log_->begin()).sequence - 1 : kEverySequence;
  }

  // Behind what the last gather() gave.
  [[nodiscard]] Cursor given() const { return given_; }
  void give(Cursor cursor) { given_ = cursor; }

  FreshEvents fresh;

 private:
  std::unique_ptr<ChannelLog> log_;
  Cursor given_;
};

}  // namespace millrace
