#include "core/hub/heartbeats.hpp"

#include "core/wire/encoder.hpp"

#include <algorithm>

namespace millrace {

// No heartbeat is written for a subscriber that is blocked, which would pile them up, or that has unread events, unless its filter
// may drop all of them.
void Heartbeats::runDue(Subscriber& subscriber, Instant now) {
  subscriber.deadlines.heartbeat = now + subscriber.options().heartbeat.every;
  const bool mayHaveNothing = subscriber.subscriptions().areFiltered() && !subscriber.reader().preamble().hasText();
  const bool hasBytes = subscriber.hasPending() && !mayHaveNothing;
  if (subscriber.hasBeenRead() && !subscriber.isBehind() && !hasBytes) {
    write(subscriber, now);
    ++subscriber.group->metrics.heartbeats;
    subscriber.group->metrics.heartbeatRate.add(1, now);
  }
}

// The client is told how far its stream has come, where no event has told it: so that it resumes without a gap from a channel
// that was quiet, or full of what it does not want.
void Heartbeats::write(Subscriber& subscriber, Instant now) {
  const HeartbeatOptions& heartbeat = subscriber.options().heartbeat;
  LogReader& reader = subscriber.reader();
  std::string& text = reader.preamble().text();
  if (heartbeat.type.empty()) {
    encodeHeartbeat(heartbeat.data, text);
  } else {
    const std::string data = heartbeat.data.empty() ? usualData(subscriber, now) : heartbeat.data;
    EventFields fields;
    fields.type = heartbeat.type;
    fields.data = data;
    static_cast<void>(encodeEvent(fields, text));  // whoever made the options has checked the type
  }
  const std::uint64_t through = std::min(reader.passedThrough(), sequence_.newest());
  if (through > reader.position() && !reader.isInFlight()) {  // else the cursor would come behind newer events
    encodeCursor(sequence_.idOf(through), text);
    reader.setPosition(through);
  }
  scheduler_.noteNews(subscriber, now);
}

std::string Heartbeats::usualData(const Subscriber& subscriber, Instant now) {
  const Instant end = subscriber.deadlines.end;
  std::string data = R"({"streamId":"s)" + std::to_string(subscriber.id());
  data += R"(","uptimeMs":)" + std::to_string((now - subscriber.openedAt).count());
  data += R"(,"events":)" + std::to_string(subscriber.reader().eventsTaken());
  data += R"(,"channels":)" + std::to_string(subscriber.subscriptions().size());
  data += R"(,"remainingMs":)";
  data += end == kNever ? "null" : std::to_string((end - now).count());
  return data += "}";
}

}  // namespace millrace
