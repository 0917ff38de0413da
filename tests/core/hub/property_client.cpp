#include "core/hub/property_client.hpp"

#include "core/log/replay.hpp"
#include "core/wire/notice.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace millrace::test {
namespace {

constexpr std::string_view kBeat = "beat";

// A reset gives the history again, of which a quiet channel's events may be older than the default window of ids.
ReceiverOptions remembering() {
  ReceiverOptions options;
  options.dedup = 100000;
  return options;
}

SessionOptions patient() {
  SessionOptions options;
  options.backoff = {Millis(100), Millis(3000)};
  options.silence = Millis{0};  // the hub's connections may well be silent here
  options.breaker.failures = 0;
  return options;
}

}  // namespace

Client::Client(World& world, Random& random, Habits habits)
    : world_(world), random_(random), habits_(std::move(habits)), receiver_(remembering()), session_(patient()) {
  EXPECT_EQ(session_.start(world_.now()).kind, SessionAction::Kind::connect);
  connect();
}

// --- the connection

void Client::connect() {
  receiver_.reset();
  std::string id(receiver_.lastEventId());
  if (habits_.rewinds && !idsSeen_.empty() && random_.chance(30)) {
    id = idsSeen_[idsSeen_.size() - 1 - random_.below(std::min<std::size_t>(idsSeen_.size(), 30))];
  }
  OpenOptions options;
  options.subscriber.lag.events = 5 + random_.below(20);
  options.subscriber.lag.overflow = habits_.overflow;
  const bool beatsAsEvent = !habits_.joinsLate && random_.chance(30);
  options.subscriber.heartbeat = {Millis(random_.below(3) * 5000), std::string(beatsAsEvent ? kBeat : ""), ""};
  options.subscriber.maxDuration = Millis(habits_.joinsLate ? 0 : random_.below(3) * 20000);
  options.lastEventId = id;
  connection_ = world_.newConnectionId();
  ASSERT_EQ(world_.hub().open(connection_, habits_.owner, options, world_.now()), OpenOutcome::opened);
  EXPECT_EQ(session_.connected(world_.now()), SessionAction{});
  EXPECT_EQ(session_.received(world_.now()), SessionAction{});
  hasResumed_ = !id.empty();
  hasJoined_ = false;
  openedAt_ = world_.head();
  order_ = 0;
  if (!habits_.joinsLate) {
    for (const std::size_t channel : habits_.channels) {
      join(channel);
    }
  }
  const std::optional<std::string> beginning = world_.hub().view(connection_).beginning();
  beginsAfter_ = beginning ? parseEventId(*beginning).value().sequence : openedAt_;
}

void Client::join(std::size_t channel) {
  JoinOptions options;
  options.types = habits_.types;
  options.labels = habits_.labels;
  options.last = random_.chance(30) ? random_.below(10) : 0;
  const bool isFirst = !std::exchange(hasJoined_, true);
  const JoinOutcome outcome = world_.hub().join(connection_, kKeys[channel], options, world_.now());
  ASSERT_TRUE(outcome == JoinOutcome::joined || outcome == JoinOutcome::closed);
  // A late join begins at the head, which is what it asked for; only the first of a resumed one has a verdict.
  if (habits_.joinsLate && (!hasResumed_ || !isFirst)) {
    excused_[channel] = std::max(excused_[channel], world_.head());
  }
}

void Client::read() {
  if (connection_ == 0 || !isReadable_) {
    return;
  }
  Chunk chunk;
  chunk.bytes = take();
  for (const std::size_t channel : habits_.channels) {
    const bool maySkip = habits_.overflow == Overflow::dropOldest || habits_.joinsLate;
    chunk.excused[channel] = maySkip ? world_.head() : world_.firstKept(channel) - 1;
  }
  onTheWay_.push_back(std::move(chunk));
  if (!hasJoined_) {
    for (const std::size_t channel : habits_.channels) {
      join(channel);
    }
  }
}

// All there is; or, as a socket does, any part of it, while the world goes on in between.
std::string Client::take() {
  TestTurns& turns = world_.turns();
  isReadable_ = false;
  if (!habits_.takesParts) {
    return world_.readAll(connection_);
  }
  ReadLimits limits;
  if (random_.chance(30)) {
    limits = {1 + random_.below(300), 1 + random_.below(5)};
  }
  Spans spans;
  turns.read(connection_, world_.now(), limits, spans);
  if (!world_.isAtRest() && random_.chance(30)) {
    world_.publish();
    world_.sendTo(connection_);
    turns.settle(77, world_.now());  // of an owner that has no connections
  }
  std::string all;
  for (const std::string_view span : spans.bytes) {
    all.append(span);
  }
  std::size_t room = random_.chance(50) ? random_.below(all.size() + 1) : all.size();
  if (room == all.size()) {
    isReadable_ = turns.taken(connection_, world_.now());
    return all;
  }
  std::string part = all.substr(0, room);
  auto span = spans.bytes.begin();
  for (; room >= span->size(); ++span) {
    room -= span->size();
  }
  isReadable_ = true;
  turns.takenUpTo(connection_, span->data() + room, world_.now());
  return part;
}

void Client::receive() {
  if (onTheWay_.empty()) {
    return;
  }
  const Chunk chunk = std::move(onTheWay_.front());
  onTheWay_.pop_front();
  for (std::size_t at = 0; at < chunk.bytes.size();) {
    const std::size_t size = 1 + random_.below(200);
    feed(chunk.bytes.substr(at, size), chunk);
    at += size;
  }
}

void Client::cut() {
  if (connection_ == 0) {
    return;
  }
  while (!onTheWay_.empty() && random_.chance(50)) {
    receive();
  }
  if (!onTheWay_.empty()) {
    const Chunk& last = onTheWay_.front();
    feed(last.bytes.substr(0, random_.below(last.bytes.size() + 1)), last);
  }
  lose();
}

void Client::end() {
  if (connection_ == 0) {
    return;
  }
  do {
    isReadable_ = true;
    read();
    while (!onTheWay_.empty()) {
      receive();
    }
  } while (isReadable_);
  lose();
}

void Client::lose() {
  onTheWay_.clear();
  isReadable_ = false;
  world_.hub().close(connection_, world_.now());
  connection_ = 0;
  EXPECT_EQ(session_.lost(Loss::transient, world_.now(), random_.unit()).kind, SessionAction::Kind::wait);
}

void Client::tick() {
  if (session_.tick(world_.now(), random_.unit()).kind == SessionAction::Kind::connect) {
    connect();
  }
}

// --- what arrives, and the check

void Client::feed(const std::string& bytes, const Chunk& from) {
  std::string chunk = bytes;
  std::vector<ParsedItem> items;
  receiver_.begin(chunk);
  while (const ParsedItem* const item = receiver_.next()) {
    items.push_back(*item);
  }
  if (!hasBegun_ && !receiver_.lastEventId().empty()) {  // the id line
    hasBegun_ = true;
    epoch_ = world_.epoch();
    position_ = beginsAfter_;
    if (position_ < openedAt_) {  // it asked for older events of some channels: how many of them, other tests know
      excused_.fill(openedAt_);
    }
  }
  for (const ParsedItem& item : items) {
    take(item, from);
  }
  if (hasBegun_ && (idsSeen_.empty() || idsSeen_.back() != receiver_.lastEventId())) {
    idsSeen_.emplace_back(receiver_.lastEventId());
  }
}

void Client::take(const ParsedItem& item, const Chunk& from) {
  ASSERT_EQ(item.kind, ParsedItem::Kind::event);
  if (item.type == kVerdictType) {
    ASSERT_FALSE(item.hasOwnId);
    if (item.data != R"({"verdict":"continued"})") {
      noticed(item.data == R"({"verdict":"reset"})", from);
    }
    return;
  }
  if (item.type == kBeginType || item.type == kEndType) {
    ASSERT_FALSE(item.hasOwnId);
    return;
  }
  if (item.type == kBeat) {
    ASSERT_FALSE(item.hasOwnId) << "an id that is a channel's event's would make that a repeat";
    return;
  }
  ASSERT_TRUE(item.hasOwnId);
  deliver(std::string(item.lastEventId));
}

// A gap excuses what the history cannot hold any more; whoever may skip, or came late, everything so far.
void Client::noticed(bool isReset, const Chunk& from) {
  ++notices_;
  hasBeenReset_ = hasBeenReset_ || isReset;
  if (epoch_ != world_.epoch()) {
    ASSERT_TRUE(isReset) << "a client of an earlier epoch was told of a gap";
    epoch_ = world_.epoch();
    position_ = 0;
    excused_ = {};
  }
  for (std::size_t channel = 0; channel < kChannels; ++channel) {
    excused_[channel] = std::max(excused_[channel], from.excused[channel]);
  }
}

void Client::deliver(const std::string& id) {
  ASSERT_TRUE(delivered_.insert(id).second)
      << id << " was delivered twice" << describe() << " of " << delivered_.size();
  const Published* const event = world_.find(id);
  const EventId number =
      event != nullptr ? EventId{event->epoch, event->sequence} : parseEventId(id).value_or(EventId{});
  ASSERT_EQ(number.epoch, world_.epoch()) << id;
  ASSERT_EQ(epoch_, world_.epoch()) << id << " came from a new epoch without a reset";
  ASSERT_GT(number.sequence, order_) << id << " came after a later one";
  const bool isNews = number.sequence > position_;
  hasBeenReset_ = hasBeenReset_ && !isNews;
  ASSERT_TRUE(isNews || hasBeenReset_ || habits_.rewinds || habits_.joinsLate) << id << " came too late" << describe();
  order_ = number.sequence;
  if (event != nullptr) {
    ASSERT_FALSE(event->isRefused) << id << " was refused by the store";
    ASSERT_TRUE(wants(*event)) << id << " is not what the client asked for";
  }
  checkMissing(number.sequence);
  position_ = std::max(position_, number.sequence);
}

void Client::checkMissing(std::uint64_t before) {
  for (const std::size_t channel : habits_.channels) {
    const std::vector<Published>& events = world_.channel(channel);
    const auto first =
        std::upper_bound(events.begin(), events.end(), position_,
                         [](std::uint64_t position, const Published& event) { return position < event.sequence; });
    for (auto event = first; event != events.end() && event->sequence < before; ++event) {
      const bool isExcused = event->sequence <= excused_[channel] || world_.isReplaced(*event) || event->isRefused;
      ASSERT_TRUE(isExcused || !wants(*event) || delivered_.contains(event->id))
          << event->id << " of " << kKeys[channel] << " is missing before " << before << describe();
    }
  }
}

std::string Client::describe() const {
  std::string text = " (owner " + std::to_string(habits_.owner);
  text += habits_.overflow == Overflow::dropOldest ? ", drops the oldest" : "";
  text += habits_.types.empty() ? "" : ", filters";
  text += habits_.labels.empty() ? "" : ", filters by label";
  text += habits_.joinsLate ? ", joins late" : "";
  text += habits_.rewinds ? ", rewinds" : "";
  text += habits_.takesParts ? ", takes parts" : "";
  text += hasResumed_ ? ", resumed" : "";
  return text + ", has all up to " + std::to_string(position_) + ")";
}

void Client::checkNothingIsMissing() {
  ASSERT_TRUE(hasBegun_);
  ASSERT_EQ(epoch_, world_.epoch());
  checkMissing(world_.head() + 1);
}

bool Client::wants(const Published& event) const {
  const auto has = [](const auto& values, const auto& value) {
    return std::find(values.begin(), values.end(), value) != values.end();
  };
  const std::string_view type = event.type.empty() ? std::string_view("message") : event.type;
  const bool isLabelWanted = habits_.labels.empty() || event.label.empty() || has(habits_.labels, event.label);
  return has(habits_.channels, event.channel) && (habits_.types.empty() || has(habits_.types, type)) && isLabelWanted;
}

}  // namespace millrace::test
