// The hub's deadlines: heartbeats, maximum durations, time to catch up, drain, clean-up; see hub.hpp.
#include "core/hub/hub.hpp"

#include "core/base/hash.hpp"
#include "core/wire/encoder.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

// Clients read 32 bits.
std::uint32_t toRetry(Millis wait) {
  constexpr Millis::rep kMost = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::clamp<Millis::rep>(wait.count(), 0, kMost));
}

// The duration is in seconds, as the seeds have it.
std::string durationCapData(Millis duration) {
  const std::string millis = std::to_string(duration.count() % 1000);
  std::string data = R"({"reason":"duration_cap","duration":)";
  return data.append(std::to_string(duration.count() / 1000))
             .append(".")
             .append(3 - millis.size(), '0')
             .append(millis) +
         "}";
}

}  // namespace

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
    static_cast<void>(deflateJobs(0, 0));  // lets go of channels of which nothing is to be deflated
    registry_.sweep(options_.history, options_.channelTtl, now);
    nextSweep_ = registry_.channels() == 0 ? kNever : now + options_.sweepEvery;
  }
}

// A full hub looks at once, and not only when the next sweep is due, for channels whose events have become too old.
bool Hub::hasRoomForChannel() {
  constexpr Millis kBetweenSweeps{1000};
  if (registry_.channels() >= options_.channels && nextSweepForRoom_ <= now_) {
    nextSweepForRoom_ = now_ + kBetweenSweeps;
    registry_.sweepForRoom(options_.history, options_.channelTtl, now_);
  }
  return registry_.channels() < options_.channels;
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
  if (state.stalledAt <= now_) {
    state.stalledAt = kNever;
    if (isBehind(connection) && !state.isEnding) {
      beginEnding(connection, CloseReason::lagging);
    }
  }
  if (state.heartbeatAt <= now_ && !state.isEnding) {
    beat(connection);
  }
}

void Hub::endForDuration(Connection& connection) {
  Connection::HubState& state = connection.hub;
  if (state.isEnding && state.endReason != CloseReason::draining && std::exchange(state.hasProgressed, false)) {
    state.endsAt = now_ + options_.flushFor;  // slow, but it takes what was left
    hold(connection, state.endsAt);
    return;
  }
  state.endsAt = kNever;
  if (state.isEnding) {  // and has taken nothing of what was left in all this time
    tellClosing(connection, connection.owner(), CloseReason::lagging);
    return;
  }
  if (connection.hub.endReason == CloseReason::durationCap) {
    EventFields complete;
    complete.type = "complete";
    const std::string data = durationCapData(now_ - connection.hub.openedAt);
    complete.data = data;
    Receipt receipt;
    static_cast<void>(send(connection.id(), complete, now_, receipt));  // the client sees the end without it, too
  }
  beginEnding(connection, connection.hub.endReason);
}

// A blocked connection must not pile up signs of life, and one that has something to read needs none, unless all of it may be
// of types that are not for it. The client is told how far its stream has come, where no event has told it: so that it
// resumes without a gap from a channel that was quiet, or full of what it does not want.
void Hub::beat(Connection& connection) {
  const HeartbeatOptions& heartbeat = connection.options().heartbeat;
  connection.hub.heartbeatAt = now_ + heartbeat.every;
  const bool hasBytes = connection.hasPending() && !(connection.isFiltered() && connection.notice().empty());
  if (!connection.hasBeenRead() || isBehind(connection) || hasBytes) {
    return;
  }
  std::string& notice = connection.notice();
  if (heartbeat.type.empty()) {
    encodeHeartbeat(heartbeat.data, notice);
  } else {
    const std::string data = heartbeat.data.empty() ? heartbeatData(connection) : heartbeat.data;
    EventFields fields;
    fields.type = heartbeat.type;
    fields.data = data;
    static_cast<void>(encodeEvent(fields, notice));  // whoever made the options has checked the type
  }
  const std::uint64_t through = std::min(connection.passedThrough(), sequence_);
  if (through > connection.position()) {
    encodeCursor(formatEventId({epoch_, through}), notice);
    connection.setPosition(through);
  }
  markNews(connection);
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
  drain_ = options;
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
    encodeRetry(toRetry(retry), connection->notice());
    markNews(*connection);
    const Instant end = now + options.within * 9 / 10 * (place * kWaves / count) / kWaves;
    if (end < connection->hub.endsAt) {
      connection->hub.endsAt = end;
      connection->hub.endReason = CloseReason::draining;
      schedule(*connection);
    }
  }
}

// Multiples of the golden ratio lie evenly however many there are (Knuth, TAOCP 3, 6.4).
std::uint32_t Hub::nextRetry() {
  constexpr double kGoldenRatio = 0.6180339887498949;
  double whole = 0;
  const double part = std::modf(static_cast<double>(++retries_) * kGoldenRatio, &whole);
  const auto spread = static_cast<double>(drain_.retrySpread.count());
  return toRetry(drain_.retryFrom + Millis(static_cast<Millis::rep>(spread * part)));
}

}  // namespace millrace
