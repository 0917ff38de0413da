// How a connection reads its logs; see connection.hpp.
#include "core/hub/connection.hpp"
#include "core/hub/merge.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace millrace {
namespace {

bool contains(std::string_view bytes, const char* at) {
  return !bytes.empty() && !std::less<>{}(at, bytes.data()) && std::less<>{}(at, bytes.data() + bytes.size());
}

// Kept for its memory: gather() is called for every connection in every turn.
Merge& emptyMerge() {
  thread_local Merge merge;
  merge.clear();
  return merge;
}

}  // namespace

void Connection::gather(Instant now, const ReadLimits& limits, Spans& spans) {
  land();  // what was given before and never taken
  hasMore_ = false;
  spans.begin();
  if (isBroken_) {
    return;
  }
  isInFlight_ = true;
  for (Subscription& subscription : subscriptions_) {
    subscription.isInFlight = true;
    ++subscription.channel->inFlight;
  }
  if (isEvicted()) {
    noticeGap();
  }
  if (!rest_.empty()) {
    give(rest_, {}, spans);
    restChannel_->log.pin(restAt_, spans);
  }
  sending_.append(std::exchange(notice_, {}));
  hasGapNotice_ = false;
  if (!sending_.empty()) {
    give(sending_, {}, spans);
  }
  const bool hasEnd = lastSequence_ != kEverySequence && lastSequence_ <= limits.sequence;
  if (onlyPlainSubscription() == nullptr) {
    gatherMerged(now, limits, spans);
    givesEnd_ = hasEnd && !hasMore_;
    return;
  }
  Subscription& only = subscriptions_.front();
  const ChannelLog& log = only.channel->log;
  only.cursor = std::max(only.cursor, log.begin());
  const Cursor end = std::max(endOf(log), only.cursor);
  only.given = std::min(end, log.upTo(only.cursor, limits.bytes));
  hasMore_ = only.given < end;
  givesEnd_ = hasEnd && !hasMore_;
  if (only.cursor < only.given) {
    log.gather(only.cursor, only.given, spans);
    givenPosition_ = log.at({only.given.next - 1}).sequence;
  }
}

void Connection::gatherMerged(Instant now, const ReadLimits& limits, Spans& spans) {
  for (Subscription& subscription : subscriptions_) {
    subscription.cursor = std::max(subscription.cursor, subscription.channel->log.begin());  // noticed as a gap
  }
  Merge& merge = emptyMerge();
  mergeFrom(merge, false, limits.sequence);
  std::size_t bytes = 0;
  while (MergeSource* const source = merge.oldest()) {
    if (bytes >= limits.bytes || spans.count() >= limits.spans) {
      hasMore_ = true;
      break;
    }
    const LogEntry& entry = source->log->at(source->at);
    const bool isOwn = source->subscription == nullptr;
    bool isEnd = false;
    if ((isOwn || passes(*source->subscription, entry)) && source->log->isCurrent(source->at, now)) {
      const std::size_t spansBefore = spans.bytes.size();
      give(entry.bytes, entry.deflated, spans);
      if (spans.bytes.size() > spansBefore) {
        source->log->pin(source->at, spans);
      }
      bytes += entry.bytes.size();
      if (entry.typeHash != 0) {  // else it is a comment, which moves no client's cursor
        givenPosition_ = entry.sequence;
      }
      isEnd = !isOwn && isLast(entry);
      if (isEnd) {
        hasLast_ = givesLast_ = true;
        endAt(entry.sequence);
      }
    }
    merge.advance();
    if (isEnd) {
      break;
    }
  }
  for (const MergeSource& source : merge.sources()) {
    (source.subscription == nullptr ? ownGiven_ : source.subscription->given) = source.at;
  }
}

// All logs from their cursors, up to what gather() may give, or to what it gave.
void Connection::mergeFrom(Merge& merge, bool toGiven, std::uint64_t through) {
  for (Subscription& subscription : subscriptions_) {
    const ChannelLog& log = subscription.channel->log;
    const Cursor from = std::max(subscription.cursor, log.begin());
    merge.add({&log, &subscription, from, std::max(toGiven ? subscription.given : endOf(log, through), from)});
  }
  if (own_) {
    merge.add({own_.get(), nullptr, own_->begin(), toGiven ? ownGiven_ : endOf(*own_, through)});
  }
}

void Connection::taken() {
  land();
  isAtEnd_ = isAtEnd_ || givesEnd_;
  forgetRest();
  sending_ = {};
  if (own_) {
    eventsTaken_ += ownGiven_.next - own_->begin().next;
    trimOwn(ownGiven_);
  }
  if (std::exchange(givesLast_, false)) {
    own_.reset();  // nothing follows the last event but the notice of the end
  }
  for (Subscription& subscription : subscriptions_) {
    if (subscription.cursor < subscription.given) {
      eventsTaken_ += subscription.given.next - subscription.cursor.next;
      subscription.cursor = subscription.given;
    }
  }
  position_ = std::max(position_, std::exchange(givenPosition_, 0));
  hasBeenRead_ = true;
}

// Nothing of what gather() gave is on its way any more.
void Connection::land() {
  isInFlight_ = false;
  for (Subscription& subscription : subscriptions_) {
    subscription.channel->inFlight -= std::exchange(subscription.isInFlight, false) ? 1 : 0;
  }
}

void Connection::takenUpTo(const char* firstUntaken) {
  land();
  givenPosition_ = 0;
  hasBeenRead_ = true;
  if (contains(rest_, firstUntaken)) {
    rest_.remove_prefix(static_cast<std::size_t>(firstUntaken - rest_.data()));
    if (restChannel_ == nullptr) {
      sending_.insert(0, std::exchange(rest_, {}));  // the log let go of it meanwhile; the caller's pin still holds it
    }
    return;
  }
  forgetRest();
  if (contains(sending_, firstUntaken)) {
    sending_.erase(0, static_cast<std::size_t>(firstUntaken - sending_.data()));
    return;
  }
  sending_ = {};
  Merge& merge = emptyMerge();
  mergeFrom(merge, true);
  isBroken_ = true;
  std::uint64_t cutAt = 0;
  for (MergeSource* source = merge.oldest(); source != nullptr && isBroken_; source = merge.oldest()) {
    const LogEntry& entry = source->log->at(source->at);
    cutAt = entry.sequence;
    isBroken_ = !contains(entry.bytes, firstUntaken);
    if (!isBroken_ && firstUntaken == entry.bytes.data()) {
      break;
    }
    if (!isBroken_) {
      tear(*source, entry.bytes.substr(static_cast<std::size_t>(firstUntaken - entry.bytes.data())));
    }
    merge.advance();
    ++eventsTaken_;
  }
  for (const MergeSource& source : merge.sources()) {
    if (source.subscription == nullptr) {
      trimOwn(source.at);
    } else if (source.log->evictedThrough() < cutAt || source.subscription->cursor >= source.log->begin()) {
      source.subscription->cursor = source.at;
    }  // else the log lost meanwhile what was not taken: the cursor shows it
  }
}

// The event counts as taken; what is left of it is sent before everything else, whatever becomes of the log.
void Connection::tear(const MergeSource& source, std::string_view rest) {
  if (source.subscription == nullptr) {
    sending_ = rest;
    return;
  }
  rest_ = rest;
  restChannel_ = source.subscription->channel;
  restAt_ = source.at;
  ++restChannel_->tornMembers;
}

void Connection::forgetRest() {
  if (restChannel_ != nullptr) {
    --restChannel_->tornMembers;
    restChannel_ = nullptr;
  }
  rest_ = {};
}

void Connection::holdRestBefore(const Channel& channel, Cursor cursor) {
  if (restChannel_ != &channel || restAt_ >= cursor) {
    return;
  }
  if (isInFlight_) {  // sending_ is being read, and the rest is pinned: takenUpTo() sees to it
    --restChannel_->tornMembers;
    restChannel_ = nullptr;
  } else {
    sending_.insert(0, rest_);
    forgetRest();
  }
}

// With one log, all of which is to be given, nothing is looked at event by event.
const Subscription* Connection::onlyPlainSubscription() const {
  const bool isOnly = subscriptions_.size() == 1 && !own_ && options_.closeAfter.empty() && !options_.isCompressed;
  if (!isOnly || !subscriptions_.front().types.empty() || !subscriptions_.front().channel->log.isPlain()) {
    return nullptr;
  }
  return &subscriptions_.front();
}

Cursor Connection::endOf(const ChannelLog& log, std::uint64_t through) const {
  const std::uint64_t last = std::min(lastSequence_, through);
  return last == kEverySequence ? log.end() : log.after(last);
}

void Connection::give(std::string_view bytes, const Deflated& deflated, Spans& spans) const {
  if (options_.isCompressed) {
    spans.append(bytes, deflated);
  } else {
    spans.append(bytes);
  }
}

bool Connection::isLast(const LogEntry& entry) const {
  const auto& last = options_.closeAfter;
  return std::find(last.begin(), last.end(), entry.typeHash) != last.end();
}

bool Connection::passes(const Subscription& subscription, const LogEntry& entry) {
  const auto& types = subscription.types;
  return types.empty() || std::find(types.begin(), types.end(), entry.typeHash) != types.end();
}

}  // namespace millrace
