#include "core/hub/heartbeats.hpp"

#include "core/wire/encoder.hpp"

#include <algorithm>

namespace millrace {

// No heartbeat is written for a subscriber that is blocked, which would pile them up.
void Heartbeats::runDue(Subscriber& subscriber, Instant now) {
  const HeartbeatOptions& options = subscriber.options().heartbeat;
  if (!options.adaptive || subscriber.socket() == nullptr) {
    subscriber.deadlines.heartbeat = now + options.every;
    if (!subscriber.isBehind()) {
      static_cast<void>(writeIfNeeded(subscriber, now));
    }
    return;
  }
  if (subscriber.linkPace == nullptr) {
    subscriber.linkPace = std::make_unique<LinkPace>(*options.adaptive, options.every, now);
  }
  subscriber.linkPace->await();
  scheduler_.noteNews(subscriber, now);
  subscriber.deadlines.heartbeat =
      now + options.adaptive->from;  // where its owner cannot look, for the socket is blocked
}

void Heartbeats::noteLink(Subscriber& subscriber, const LinkState& link, Instant now) {
  LinkPace& pace = *subscriber.linkPace;
  if (pace.look(link, now) == LinkHealth::dead) {
    endings_.begin(subscriber, CloseReason::disconnected, now);
    return;
  }
  if (subscriber.isEnding()) {
    return;
  }
  if (pace.isDue(now)) {
    // Its owner is about to read it: it is not blocked.
    writeIfNeeded(subscriber, now) ? pace.beat(now) : pace.skip(now);
  }
  subscriber.deadlines.heartbeat = pace.next(now);
  deadlines_.note(subscriber);
}

// No heartbeat is written for a subscriber that has unread events, unless its filter may drop all of them.
bool Heartbeats::writeIfNeeded(Subscriber& subscriber, Instant now) {
  const bool mayHaveNothing = subscriber.subscriptions().areFiltered() && !subscriber.reader().preamble().hasText();
  const bool hasBytes = subscriber.hasPending() && !mayHaveNothing;
  if (!subscriber.hasBeenRead() || hasBytes) {
    return false;
  }
  write(subscriber, now);
  ++subscriber.group->metrics.heartbeats;
  subscriber.group->metrics.heartbeatRate.add(1, now);
  return true;
}

// The client is told how far its stream has come, where no event has told it: so that it resumes without a gap from a channel
// that was quiet, or full of what it does not want.
void Heartbeats::write(Subscriber& subscriber, Instant now) {
  const HeartbeatOptions& heartbeat = subscriber.options().heartbeat;
  LogReader& reader = subscriber.reader();
  std::string& text = reader.preamble().text();
  ++subscriber.heartbeats;
  const std::string said = heartbeat.data.empty() ? "" : filledHeartbeat(heartbeat.data, fieldsOf(subscriber, now));
  if (heartbeat.type.empty()) {
    const bool isPaced = subscriber.linkPace != nullptr;
    const std::string every = isPaced ? "every=" + std::to_string(subscriber.linkPace->nextInterval().count()) : "";
    encodeHeartbeat(said + (said.empty() || !isPaced ? "" : " ") + every, text);
  } else {
    const std::string data = said.empty() ? usualData(subscriber, now) : said;
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

HeartbeatFields Heartbeats::fieldsOf(const Subscriber& subscriber, Instant now) {
  const Instant end = subscriber.deadlines.end;
  HeartbeatFields fields;
  fields.n = subscriber.heartbeats;
  fields.streamId = subscriber.id();
  fields.uptimeMs = (now - subscriber.openedAt).count();
  fields.events = subscriber.reader().eventsTaken();
  fields.bytes = subscriber.bytesTaken;
  fields.channels = subscriber.subscriptions().size();
  const bool isPaced = subscriber.linkPace != nullptr;
  fields.everyMs = (isPaced ? subscriber.linkPace->nextInterval() : subscriber.options().heartbeat.every).count();
  if (end != kNever) {
    fields.remainingMs = std::max<std::int64_t>(0, (end - now).count());
  }
  return fields;
}

std::string Heartbeats::usualData(const Subscriber& subscriber, Instant now) {
  const Instant end = subscriber.deadlines.end;
  std::string data = R"({"streamId":"s)" + std::to_string(subscriber.id());
  data += R"(","uptimeMs":)" + std::to_string((now - subscriber.openedAt).count());
  data += R"(,"events":)" + std::to_string(subscriber.reader().eventsTaken());
  data += R"(,"channels":)" + std::to_string(subscriber.subscriptions().size());
  if (subscriber.linkPace != nullptr) {
    data += R"(,"everyMs":)" + std::to_string(subscriber.linkPace->nextInterval().count());
  }
  data += R"(,"remainingMs":)";
  data += end == kNever ? "null" : std::to_string((end - now).count());
  return data += "}";
}

}  // namespace millrace
