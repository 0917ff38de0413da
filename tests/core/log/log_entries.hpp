#pragma once

#include "core/base/hash.hpp"
#include "core/log/channel_log.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::test {

inline LogEntry logEntry(std::uint64_t sequence, std::string_view bytes, Instant at = {}) {
  LogEntry entry;
  entry.sequence = sequence;
  entry.bytes = bytes;
  entry.at = at;
  return entry;
}

inline LogEntry conflated(std::uint64_t sequence, std::string_view bytes, std::string_view key) {
  LogEntry entry = logEntry(sequence, bytes);
  entry.conflateHash = hash64(key);
  return entry;
}

// All bytes from the cursor to the end.
inline std::string textFrom(const ChannelLog& log, Cursor cursor) {
  std::string text;
  for (; cursor < log.end(); ++cursor.next) {
    text.append(log.at(cursor).bytes);
  }
  return text;
}

inline constexpr LogLimits kNoLimits{SIZE_MAX, SIZE_MAX, Millis(1) * 1'000'000'000'000};

}  // namespace millrace::test
