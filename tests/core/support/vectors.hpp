#pragma once

#include "core/identity/event_id.hpp"
#include "core/session/receiver.hpp"
#include "core/session/session.hpp"
#include "fuzz/owned_item.hpp"

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

// The cases that every implementation runs; tests/vectors/README.md has their format. A vector that does not follow it ends
// the program.
namespace millrace::test {

// A heartbeat, and the cursor that follows it; empty: none.
struct BeatVector {
  std::string text;
  std::string cursor;
};

struct ReceiverVector {
  std::string name;
  ReceiverOptions options;
  std::string before;  // of an earlier connection
  std::string input;
  std::vector<OwnedItem> expect;
  std::string lastEventId;
  std::optional<std::size_t> heartbeats;
  std::optional<std::uint32_t> everyMs;  // Parser::heartbeatEvery()
  std::vector<BeatVector> beats;
};

struct EncoderVector {
  std::string name;
  std::string type;
  std::optional<std::string> id;
  std::optional<std::uint32_t> retry;
  std::optional<std::string> data;
  bool isRaw = false;
  std::optional<std::string> bytes;  // none: INVALID_FIELD
};

struct EventIdVector {
  std::string name;
  std::string text;
  std::optional<EventId> eventId;
};

// A notice as an event, and what it says: that of the beginning or of the end.
struct NoticeVector {
  std::string name;
  std::string type;
  std::string data;
  std::optional<bool> resumes;
  std::string reason;
  bool reconnect = false;
};

struct SessionStep {
  std::string call;
  Loss loss = Loss::transient;
  Instant now;
  double random = 0;
  Millis retry{0};
  Millis retryAfter{0};
  StreamFacts facts;
  unsigned heartbeats = 0;
  unsigned events = 0;
  double sentMs = 0;
  Millis every{0};
  PollResult result = PollResult::events;
  SessionAction action;
  std::string state;
  std::uint32_t attempts = 0;
  std::optional<std::string> health;
  std::optional<std::int64_t> deadline;  // milliseconds; -1: never
  bool isPolling = false;
};

// What all random schedules from this seed come to.
struct ScheduleDigest {
  std::uint32_t seed = 0;
  std::uint32_t schedules = 0;
  std::uint32_t digest = 0;
};

struct SessionVector {
  std::string name;
  SessionOptions options;
  std::vector<SessionStep> steps;
};

std::vector<ReceiverVector> receiverVectors(std::string_view subject);  // "parser" or "dedup"
std::vector<EncoderVector> encoderVectors();
std::vector<EventIdVector> eventIdVectors();
std::vector<NoticeVector> noticeVectors();
std::vector<SessionVector> sessionVectors();
ScheduleDigest scheduleDigest();

template <typename Vector>
auto operator<<(std::ostream& out, const Vector& vector) -> decltype(out << vector.name) {
  return out << '"' << vector.name << '"';
}

}  // namespace millrace::test
