#include "core/hub/connection.hpp"

#include "core/log/replay.hpp"

#include <algorithm>

namespace millrace {
namespace {

// One log being merged: the entry at `at` is the next of it, up to `end`.
struct Source {
  const ChannelLog* log = nullptr;
  const Connection::Subscription* subscription = nullptr;  // none: the connection's own log
  Cursor at;
  Cursor end;

  [[nodiscard]] bool isDone() const { return at == end; }
  [[nodiscard]] std::uint64_t sequence() const { return log->at(at).sequence; }
};

void appendSpan(std::string_view bytes, Connection::Spans& spans) {
  if (!spans.empty() && spans.back().data() + spans.back().size() == bytes.data()) {
    spans.back() = {spans.back().data(), spans.back().size() + bytes.size()};
  } else {
    spans.push_back(bytes);
  }
}

// The source whose next entry is the oldest, or none when all are done.
Source* oldest(std::vector<Source>& sources) {
  Source* best = nullptr;
  for (Source& source : sources) {
    if (!source.isDone() && (best == nullptr || source.sequence() < best->sequence())) {
      best = &source;
    }
  }
  return best;
}

}  // namespace

void Connection::gather(Instant now, Spans& spans) {
  if (isEvicted()) {
    noticeGap();
  }
  std::vector<Source> sources;
  for (Subscription& subscription : subscriptions_) {
    const ChannelLog& log = subscription.channel->log;
    subscription.cursor = std::max(subscription.cursor, log.begin());
    sources.push_back({&log, &subscription, subscription.cursor, log.end()});
  }
  // Last, for a comment has the number of the event it stands behind.
  sources.push_back({&own_, nullptr, own_.begin(), own_.end()});
  if (!notice_.empty()) {
    spans.emplace_back(notice_);
  }
  while (Source* const source = oldest(sources)) {
    const LogEntry& entry = source->log->at(source->at);
    const bool isWanted = source->subscription == nullptr || passes(*source->subscription, entry);
    if (isWanted && source->log->isCurrent(source->at, now)) {
      appendSpan(entry.bytes, spans);
    }
    ++source->at.next;
  }
}

void Connection::taken() {
  notice_ = {};
  own_.trimBefore(own_.end());
  for (Subscription& subscription : subscriptions_) {
    subscription.cursor = subscription.channel->log.end();
  }
  hasBeenRead_ = true;
  hasGapNotice_ = false;
  hub.isOffered = false;
}

bool Connection::hasPending() const {
  return !notice_.empty() || !own_.isEmpty() ||
         std::any_of(subscriptions_.begin(), subscriptions_.end(), [](const Subscription& subscription) {
           return subscription.cursor < subscription.channel->log.end();
         });
}

LogDistance Connection::lag() const {
  LogDistance lag = own_.distance(own_.begin());
  for (const Subscription& subscription : subscriptions_) {
    const LogDistance behind = subscription.channel->log.distance(subscription.cursor);
    lag.events += behind.events;
    lag.bytes += behind.bytes;
  }
  return lag;
}

bool Connection::isEvicted() const {
  return std::any_of(subscriptions_.begin(), subscriptions_.end(), [](const Subscription& subscription) {
    return subscription.cursor < subscription.channel->log.begin();
  });
}

void Connection::noticeGap() {
  if (!hasGapNotice_) {
    encodeVerdict(Verdict::gap, notice_);
    hasGapNotice_ = true;
  }
}

void Connection::dropOldest() {
  noticeGap();
  for (LogDistance behind = lag(); behind.events > options_.lag.events || behind.bytes > options_.lag.bytes;
       behind = lag()) {
    Subscription* furthest = nullptr;
    for (Subscription& subscription : subscriptions_) {
      const ChannelLog& log = subscription.channel->log;
      subscription.cursor = std::max(subscription.cursor, log.begin());
      const auto sequence = [](const Subscription& of) { return of.channel->log.at(of.cursor).sequence; };
      if (subscription.cursor < log.end() && (furthest == nullptr || sequence(subscription) < sequence(*furthest))) {
        furthest = &subscription;
      }
    }
    const bool ownIsOldest =
        !own_.isEmpty() &&
        (furthest == nullptr || own_.at(own_.begin()).sequence < furthest->channel->log.at(furthest->cursor).sequence);
    if (ownIsOldest) {
      own_.trimBefore({own_.begin().next + 1});
    } else if (furthest != nullptr) {
      ++furthest->cursor.next;
    } else {
      return;
    }
  }
}

Connection::Subscription* Connection::find(const Channel& channel) {
  const auto found = std::find_if(subscriptions_.begin(), subscriptions_.end(),
                                  [&](const Subscription& subscription) { return subscription.channel == &channel; });
  return found == subscriptions_.end() ? nullptr : &*found;
}

Connection::Subscription& Connection::add(Subscription subscription) {
  Channel& channel = *subscription.channel;
  subscription.slot = channel.members.size();
  channel.members.push_back(this);
  channel.listeners += hub.isCounted ? 0 : 1;
  channel.filtered += subscription.types.empty() ? 0 : 1;
  subscriptions_.push_back(std::move(subscription));
  return subscriptions_.back();
}

// The channel's last member takes the free place, so leaving costs the same in a channel of any size.
void Connection::remove(Channel& channel) {
  Subscription* const subscription = find(channel);
  if (subscription == nullptr) {
    return;
  }
  Connection* const last = channel.members.back();
  channel.members[subscription->slot] = last;
  last->find(channel)->slot = subscription->slot;
  channel.members.pop_back();
  channel.listeners -= hub.isCounted ? 0 : 1;
  channel.filtered -= subscription->types.empty() ? 0 : 1;
  *subscription = std::move(subscriptions_.back());
  subscriptions_.pop_back();
}

bool Connection::passes(const Subscription& subscription, const LogEntry& entry) {
  const auto& types = subscription.types;
  return types.empty() || std::find(types.begin(), types.end(), entry.typeHash) != types.end();
}

}  // namespace millrace
