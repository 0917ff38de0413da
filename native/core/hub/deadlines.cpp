// The hub's deadlines: heartbeats, maximum durations, time to catch up, drain, clean-up; see hub.hpp.
#include "core/hub/hub.hpp"

#include "core/base/hash.hpp"
#include "core/wire/encoder.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace millrace {

// A deadline that moves to a later time stays noted where it is, and is noted anew when it comes up.
void Hub::schedule(Connection& connection) {
  const Instant next = connection.hub.nextDeadline();
  if (next >= connection.hub.notedAt) {
    return;
  }
  unschedule(connection);
  connection.hub.notedAt = next;
  deadlines_.emplace(next, connection.id());
}

void Hub::unschedule(const Connection& connection) { deadlines_.erase({connection.hub.notedAt, connection.id()}); }

void Hub::tick(Instant now) {
  now_ = now;
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    Connection& connection = *registry_.findConnection(deadlines_.begin()->second);
    deadlines_.erase(deadlines_.begin());
    connection.hub.notedAt = kNever;
    run(connection);
    schedule(connection);
  }
  trimAll();
  if (nextSweep_ <= now) {
    static_cast<void>(deflateJobs(0, 0));  // lets go of channels that nobody reads
    registry_.sweep(options_.history, options_.channelTtl, now);
    nextSweep_ = registry_.channels() == 0 ? kNever : now + options_.sweepEvery;
  }
}

void Hub::run(Connection& connection) {
  Connection::HubState& state = connection.hub;
  if (state.endsAt <= now_) {
    endForDuration(connection);
    return;
  }
  if (state.unreadUntil <= now_) {
    state.unreadUntil = kNever;
    if (!connection.hasBeenRead()) {
      beginEnding(connection, CloseReason::unread);
      return;
    }
  }
  if (state.judgedAt <= now_) {
    state.judgedAt = kNever;
    if (isBehind(connection)) {
      state.isSlow = true;
      judge(connection);
    }
  }
  if (state.heartbeatAt <= now_ && !state.isEnding) {
    beat(connection);
  }
}

void Hub::endForDuration(Connection& connection) {
  connection.hub.endsAt = kNever;
  if (connection.hub.isEnding) {  // and has not taken what was left in all this time
    tellClosing(connection, connection.owner(), CloseReason::lagging);
    return;
  }
  if (connection.hub.endReason == CloseReason::durationCap) {
    EventFields complete;
    complete.type = "complete";
    complete.data = R"({"reason":"duration_cap"})";
    Receipt receipt;
    static_cast<void>(send(connection.id(), complete, now_, receipt));  // the client sees the end without it, too
  }
  beginEnding(connection, connection.hub.endReason);
}

// A connection that has something to read anyway needs no sign of life, and a blocked one must not pile them up.
void Hub::beat(Connection& connection) {
  const HeartbeatOptions& heartbeat = connection.options().heartbeat;
  connection.hub.heartbeatAt = now_ + heartbeat.every;
  if (connection.hasPending()) {
    return;
  }
  if (heartbeat.type.empty()) {
    encodeComment(heartbeat.data, connection.notice());  // nothing is pending, so it needs no place in an order
    markNews(connection);
    return;
  }
  const std::string data = heartbeat.data.empty() ? heartbeatData(connection) : heartbeat.data;
  EventFields fields;
  fields.type = heartbeat.type;
  fields.data = data;
  Receipt receipt;
  static_cast<void>(send(connection.id(), fields, now_, receipt));
}

std::string Hub::heartbeatData(const Connection& connection) const {
  std::string data = R"({"streamId":"s)" + std::to_string(connection.id());
  data += R"(","uptimeMs":)" + std::to_string((now_ - connection.hub.openedAt).count());
  data += R"(,"events":)" + std::to_string(connection.eventsTaken());
  data += R"(,"channels":)" + std::to_string(connection.subscriptions().size());
  data += R"(,"remainingMs":)";
  data += connection.hub.endsAt == kNever ? "null" : std::to_string((connection.hub.endsAt - now_).count());
  return data += "}";
}

Instant Hub::nextDeadline() const {
  return std::min(deadlines_.empty() ? kNever : deadlines_.begin()->first, nextSweep_);
}

// Ten waves over nine tenths of the time, so that the last has time to flush; every client with a time of its own to come
// back.
void Hub::drain(const DrainOptions& options, Instant now) {
  now_ = now;
  if (std::exchange(isDraining_, true)) {
    return;
  }
  constexpr std::int64_t kWaves = 10;
  std::vector<std::pair<std::uint64_t, ConnectionId>> order;
  for (const ConnectionId id : registry_.allConnections()) {
    order.emplace_back(hash64(std::to_string(id ^ options.shuffle)), id);
  }
  std::sort(order.begin(), order.end());
  const auto count = static_cast<std::int64_t>(order.size());
  for (std::int64_t place = 0; place < count; ++place) {
    Connection* const connection = findOpen(order[static_cast<std::size_t>(place)].second);
    if (connection == nullptr || !connection->hub.isCounted) {
      continue;
    }
    const Millis retry = options.retryFrom + options.retrySpread * place / count;
    encodeRetry(static_cast<std::uint32_t>(retry.count()), connection->notice());
    markNews(*connection);
    const Instant end = now + options.within * 9 / 10 * (place * kWaves / count) / kWaves;
    if (end < connection->hub.endsAt) {
      connection->hub.endsAt = end;
      connection->hub.endReason = CloseReason::draining;
      schedule(*connection);
    }
  }
}

}  // namespace millrace
