#include "sim/client.hpp"

#include "core/identity/event_id.hpp"
#include "sim/socket.hpp"
#include "sim/violation.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace millrace::sim {
namespace {

// A reset gives the history again, of which a quiet channel's events may be older than the default window of ids.
ReceiverOptions optionsOf(const Habits& habits) {
  ReceiverOptions options;
  options.dedup = habits.isPlain ? 0 : 20000;
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

Client::Client(World& world, const Habits& habits)
    : world_(world),
      habits_(habits),
      receiver_(std::make_unique<Receiver>(optionsOf(habits))),
      session_(patient()),
      check_(std::make_unique<ClientCheck>(world, habits)) {
  static_cast<void>(session_.start(world_.clock.now()));
  static_cast<void>(session_.lost(Loss::transient, world_.clock.now(), 0));
}

bool Client::isAtRest(Server& server) const {
  if (check_->isOver()) {
    return true;
  }
  return connection_ != 0 && check_->hasBegun() && hasJoined_ && !isReadable_ && link_.isEmpty() &&
         server.hub().view(connection_).exists() && !server.hub().view(connection_).hasPending();
}

// --- the connection

void Client::tick(Server& server, Random& random, bool isPatient) {
  if (connection_ == 0 && habits_.staysAway && isPatient && random.chance(90)) {
    return;
  }
  if (connection_ == 0 && random.chance(check_->isOver() ? 15 : 6)) {
    beAnother(random);
  }
  if (session_.tick(world_.clock.now(), random.unit()).kind != SessionAction::Kind::connect) {
    return;
  }
  if (!server.isUp() || server.isDraining()) {
    static_cast<void>(session_.lost(Loss::transient, world_.clock.now(), random.unit()));
    return;
  }
  connect(server, random);
}

// The page was closed, and somebody opens another one.
void Client::beAnother(Random& random) {
  before_ = {delivered(), notices()};
  receiver_ = std::make_unique<Receiver>(optionsOf(habits_));
  session_ = Session(patient());
  static_cast<void>(session_.start(world_.clock.now()));
  static_cast<void>(session_.lost(Loss::transient, world_.clock.now(), random.unit()));
  check_ = std::make_unique<ClientCheck>(world_, habits_);
  idsSeen_.clear();
}

std::string Client::idToComeWith(Random& random) const {
  if (habits_.rewinds && !idsSeen_.empty() && random.chance(30)) {
    return idsSeen_[idsSeen_.size() - 1 - random.below(std::min<std::size_t>(idsSeen_.size(), 30))];
  }
  return std::string(receiver_->lastEventId());
}

OpenOptions Client::optionsFor(const std::string& id, Random& random) const {
  OpenOptions options;
  options.subscriber.lag.events = 5 + random.below(20);
  options.subscriber.lag.overflow = habits_.overflow;
  const bool beatsAsEvent = !habits_.joinsLate && random.chance(30);
  options.subscriber.heartbeat = {Millis(random.below(3) * 5000), std::string(beatsAsEvent ? "beat" : ""), ""};
  options.subscriber.maxDuration = Millis(habits_.joinsLate ? 0 : random.below(3) * 20000);
  options.lastEventId = id;
  return options;
}

void Client::connect(Server& server, Random& random) {
  receiver_->reset();
  const std::string id = idToComeWith(random);
  connection_ = ++world_.lastConnection;
  const Instant now = world_.clock.now();
  if (server.hub().open(connection_, habits_.owner, optionsFor(id, random), now) != OpenOutcome::opened) {
    throw Violation("open", "a connection was refused");
  }
  static_cast<void>(session_.connected(now));
  static_cast<void>(session_.received(now));
  link_ = {};
  isReadable_ = false;
  hasJoined_ = false;
  hasResumed_ = !id.empty();
  Beginning beginning;
  beginning.hasResumed = hasResumed_;
  beginning.openedAt = world_.ledger.head();
  beginning.unasked.fill(beginning.openedAt);
  if (!habits_.joinsLate) {
    for (const std::size_t channel : habits_.channels) {
      const std::size_t last = random.chance(40) ? 1 + random.below(random.chance(50) ? 100 : 10) : 0;
      const std::vector<Event*>& events = world_.ledger.book(channel).events;
      if (last > 0 && last <= events.size()) {
        beginning.unasked.at(channel) = events[events.size() - last]->sequence - 1;
      } else if (last > 0) {
        beginning.unasked.at(channel) = 0;
      }
      beginning.unasked.at(channel) = std::max(beginning.unasked.at(channel), world_.ledger.goneThrough(channel, now));
      join(server, channel, last);
    }
  }
  const std::optional<std::string> first = server.hub().view(connection_).beginning();
  const std::optional<EventId> begins = first ? parseEventId(*first) : std::nullopt;
  beginning.beginsAfter = begins ? begins->sequence : beginning.openedAt;
  check_->connected(beginning);
}

void Client::join(Server& server, std::size_t channel, std::size_t last) {
  JoinOptions options;
  options.types = habits_.types;
  options.labels = habits_.labels;
  options.last = last;
  const bool isFirst = !std::exchange(hasJoined_, true);
  const JoinOutcome outcome = server.hub().join(connection_, kKeys.at(channel), options, world_.clock.now());
  if (outcome != JoinOutcome::joined && outcome != JoinOutcome::closed) {
    throw Violation("join", "a channel could not be joined: " + std::to_string(static_cast<int>(outcome)));
  }
  world_.tell([&](std::ostream& out) {
    out << "connection " << connection_ << " joins " << kKeys.at(channel) << ", last " << last << ", with the id \""
        << receiver_->lastEventId() << "\": " << static_cast<int>(outcome);
  });
  // A late join begins at the head, which is what it asked for; only the first of a resumed one has a verdict.
  if (habits_.joinsLate && (!hasResumed_ || !isFirst)) {
    check_->joinedLate(channel);
  }
}

void Client::read(Server& server, Random& random) {
  if (connection_ == 0 || !isReadable_) {
    return;
  }
  Chunk chunk;
  chunk.tick = world_.ledger.tick();
  chunk.givenAt = world_.clock.now();
  Taken taken = takeFrom(world_, server, {connection_, habits_.takesParts, hasJoined_}, random);
  chunk.bytes = std::move(taken.bytes);
  chunk.isWhole = taken.isWhole;
  isReadable_ = taken.hasMore;
  chunk.allWereClosed = true;
  for (const std::size_t channel : habits_.channels) {
    const bool maySkip = habits_.overflow == Overflow::dropOldest || habits_.joinsLate;
    chunk.goneThrough.at(channel) =
        maySkip ? world_.ledger.head() : world_.ledger.goneThrough(channel, world_.clock.now());
    chunk.allWereClosed = chunk.allWereClosed && world_.ledger.book(channel).wasClosed;
  }
  link_.send(std::move(chunk));
  if (!hasJoined_) {
    for (const std::size_t channel : habits_.channels) {
      join(server, channel, 0);
    }
  }
}

void Client::receive(Random& random) {
  if (link_.isEmpty()) {
    return;
  }
  const Chunk chunk = link_.arrive();
  bool isFirst = true;
  for (std::size_t at = 0; at < chunk.bytes.size();) {
    const std::size_t size = 1 + random.below(random.chance(50) ? 200 : 5000);
    feed(chunk.bytes.substr(at, size), chunk, isFirst);
    at += size;
  }
}

void Client::arriveInPart(Random& random) {
  while (!link_.isEmpty() && random.chance(50)) {
    receive(random);
  }
  if (!link_.isEmpty()) {
    const Chunk last = link_.arrive();
    bool isFirst = true;
    feed(last.bytes.substr(0, random.below(last.bytes.size() + 1)), last, isFirst);
  }
}

void Client::cut(Server& server, Random& random) {
  if (connection_ == 0) {
    return;
  }
  arriveInPart(random);
  broken_.push_back(connection_);
  lose(random);
  if (random.chance(60)) {
    notice(server);
  }
}

void Client::notice(Server& server) {
  for (const SubscriberId id : std::exchange(broken_, {})) {
    server.hub().close(id, world_.clock.now());
  }
}

bool Client::noticeIf(Server& server, SubscriberId id) {
  const auto found = std::find(broken_.begin(), broken_.end(), id);
  if (found == broken_.end()) {
    return false;
  }
  server.hub().close(id, world_.clock.now());
  broken_.erase(found);
  return true;
}

void Client::end(Server& server, Random& random) {
  if (connection_ == 0) {
    return;
  }
  do {
    isReadable_ = true;
    read(server, random);
    while (!link_.isEmpty()) {
      receive(random);
    }
  } while (isReadable_);
  server.hub().close(connection_, world_.clock.now());
  lose(random);
}

void Client::loseServer(Random& random) {
  broken_.clear();
  if (connection_ != 0) {
    arriveInPart(random);
    lose(random);
  }
}

void Client::lose(Random& random) {
  link_ = {};
  isReadable_ = false;
  connection_ = 0;
  if (check_->isOver()) {
    static_cast<void>(session_.close());
  } else {
    static_cast<void>(session_.lost(Loss::transient, world_.clock.now(), random.unit()));
  }
}

// --- what arrives

void Client::feed(const std::string& bytes, const Chunk& from, bool& isFirst) {
  world_.digest.add(bytes);
  world_.tell([&](std::ostream& out) { out << "connection " << connection_ << " gets\n" << bytes; });
  std::string chunk = bytes;
  std::vector<ParsedItem> items;
  receiver_->begin(chunk);
  while (const ParsedItem* const item = receiver_->next()) {
    items.push_back(*item);
  }
  if (!check_->hasBegun() && !receiver_->lastEventId().empty()) {  // the id line
    check_->begin();
  }
  for (const ParsedItem& item : items) {
    if (item.kind == ParsedItem::Kind::retry) {
      session_.retry(Millis(item.retry));
      continue;
    }
    check_->take(item, from, std::exchange(isFirst, false));
  }
  if (check_->hasBegun() && (idsSeen_.empty() || idsSeen_.back() != receiver_->lastEventId())) {
    idsSeen_.emplace_back(receiver_->lastEventId());
  }
}

}  // namespace millrace::sim
