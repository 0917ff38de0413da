#pragma once

#include "core/hub/client_cursor.hpp"
#include "core/hub/close_reason.hpp"
#include "core/metrics/histogram.hpp"
#include "core/metrics/rate_meter.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace millrace {

// In milliseconds.
inline constexpr std::array<std::uint64_t, 13> kLatencyBounds{1,   2,   5,    10,   25,   50,   100,
                                                              250, 500, 1000, 2500, 5000, 10000};
inline constexpr std::array<std::uint64_t, 8> kSizeBounds{64, 256, 1024, 4096, 16384, 65536, 262144, 1048576};
// In events.
inline constexpr std::array<std::uint64_t, 6> kLagBounds{1, 10, 100, 1000, 10000, 100000};
// In milliseconds: from a second to a day.
inline constexpr std::array<std::uint64_t, 8> kDurationBounds{1000,   10000,   60000,    300000,
                                                              900000, 3600000, 21600000, 86400000};

// What was refused, by the code of the error that says so. Codes are few; what comes after the first of them is "OTHER".
class RefusalCounts {
 public:
  void add(std::string_view code, std::uint64_t times = 1);
  [[nodiscard]] const std::map<std::string, std::uint64_t, std::less<>>& counts() const { return counts_; }

 private:
  static constexpr std::size_t kMostCodes = 64;

  std::map<std::string, std::uint64_t, std::less<>> counts_;
};

// What is counted of the channels of one policy, and of the streams that read them. It only grows. A stream counts in the class of
// the first channel that it reads; one without a channel in that of the rest.
struct ClassMetrics {
  // What another class has counted; its rates are left out.
  void add(const ClassMetrics& other);

  std::uint64_t published = 0;       // events that came into a log
  std::uint64_t publishedBytes = 0;  // as they are sent
  std::uint64_t delivered = 0;       // events, once for each connection that has taken them
  std::uint64_t deliveredBytes = 0;  // that were sent to connections
  std::uint64_t held = 0;            // events that had to wait
  std::uint64_t merged = 0;          // events that took the place of one that waited
  std::uint64_t evicted = 0;         // events that left a history because of its size
  std::uint64_t expired = 0;         // and because of their age
  std::uint64_t opened = 0;          // streams
  std::uint64_t resumed = 0;         // of them those whose client came with a cursor
  std::uint64_t heartbeats = 0;
  std::array<std::uint64_t, kCloseReasons> ended{};
  std::array<std::uint64_t, kVerdicts> verdicts{};
  RefusalCounts refusedStreams;
  RefusalCounts refusedEvents;
  RefusalCounts refusedRequests;
  std::uint64_t errorRecords = 0;  // events of which their publisher said that they are records of errors

  RateMeter publishRate;
  RateMeter deliverRate;
  RateMeter openRate;
  RateMeter resumeRate;
  RateMeter heartbeatRate;
  RateMeter failureRate;  // refused streams, and those that ended because their client was too slow or never came
  RateMeter errorRecordRate;

  Histogram latency{
      kLatencyBounds};  // from an event's append to the moment when the socket or the body's reader has it
  Histogram eventBytes{kSizeBounds};
  Histogram lag{kLagBounds};  // of a connection that is behind, at the end of a turn
  Histogram duration{kDurationBounds};
};

}  // namespace millrace
