#include "core/hub/log_reader.hpp"

#include "core/base/byte_range.hpp"
#include "core/hub/merge.hpp"
#include "core/hub/owed_states.hpp"
#include "core/hub/plain_log.hpp"

#include <string>
#include <utility>

namespace millrace {

void LogReader::gather(Instant now, const ReadLimits& limits, Spans& spans) {
  endFlight();  // of what was given before and never taken
  hasMore_ = false;
  endNotice_.withhold();
  gatheredAt_ = now;
  spans.begin();
  if (subscriptions_.areEvicted()) {
    goOnInStore(subscriptions_, takenThrough());
  }
  if (isEvicted()) {
    preamble_.noticeGap();
    subscriptions_.oweStatesOfEvicted();
    goOnBehindGap(subscriptions_, takenThrough());
  }
  if (isBroken()) {
    return;
  }
  flight_.begin(subscriptions_);
  own_.fresh = {};
  subscriptions_.clearFresh();
  if (subscriptions_.mayOweStates()) {
    sendOwedStates(subscriptions_, preamble_);
  }
  if (!cut_.isEmpty()) {
    give(cut_.rest(), {}, spans);
    cut_.pin(spans);
  }
  preamble_.send().forEach([&](std::string_view text) { give(text, {}, spans); });
  ReadLimits allowed = limits;
  allowed.sequence = std::min(limits.sequence, subscriptions_.readableThrough());
  if (readsOnePlainLog()) {
    Subscription& only = subscriptions_.first();
    const PlainRead read = gatherPlain(only, endOf(*only.log(), allowed.sequence), allowed.bytes, spans);
    hasMore_ = read.hasMore;
    givenPosition_ = read.position;
  } else {
    gatherMerged(now, allowed, spans);
  }
  hasMore_ = hasMore_ || (allowed.sequence < lastSequence_ && haveGivenPieces(subscriptions_));
  if (end_ != End::reached) {
    const bool hasEnd = lastSequence_ != kEverySequence && lastSequence_ <= allowed.sequence;
    end_ = hasEnd && !hasMore_ ? End::given : End::ahead;
  }
  if (!endNotice_.isEmpty() && end_ != End::ahead) {
    hasMore_ = limits.bytes == 0;
    if (!hasMore_) {
      give(endNotice_.give(), {}, spans);
    }
  }
}

// With one log, all of which is to be given, nothing is looked at event by event.
bool LogReader::readsOnePlainLog() const {
  return subscriptions_.size() == 1 && own_.isEmpty() && options_.closeAfter.empty() && !options_.isCompressed &&
         subscriptions_.first().filter.takesAll() && subscriptions_.first().stateThrough == 0 &&
         subscriptions_.first().log() != nullptr && subscriptions_.first().log()->isPlain();
}

void LogReader::gatherMerged(Instant now, const ReadLimits& limits, Spans& spans) {
  subscriptions_.skipEvicted();  // noticed as a gap
  Merge& merge = Merge::emptyOfThread();
  mergeFrom(merge, false, limits.sequence);
  std::size_t bytes = 0;
  bool isEnd = false;
  while (MergeSource* const source = merge.oldest()) {
    if (bytes >= limits.bytes || spans.count() >= limits.spans) {
      hasMore_ = true;
      break;
    }
    const LogEntry& entry = source->log->at(source->at);
    const bool isOwn = source->subscription == nullptr;
    if ((isOwn || source->subscription->wants(entry, options_)) && source->log->isCurrent(source->at, now)) {
      const std::size_t spansBefore = spans.bytes.size();
      give(entry.bytes, entry.deflated, spans);
      if (spans.bytes.size() > spansBefore) {
        spans.pin(source->log->segmentOf(source->at));
      }
      bytes += entry.bytes.size();
      freshOf(*source).add(entry);
      if (entry.typeHash != 0) {  // else it is a comment, which moves no client's cursor
        givenPosition_ = entry.sequence;
      }
      isEnd = !isOwn && source->subscription->endsAfter(entry, options_);
      if (isEnd) {
        hasLastEvent_ = true;
        endAt(entry.sequence);
      }
    }
    merge.advance();
    if (isEnd) {
      break;
    }
  }
  for (const MergeSource& source : merge.sources()) {
    if (source.subscription == nullptr) {
      own_.give(source.at);
    } else {
      source.subscription->givenTo() = source.at;
    }
  }
}

// All logs from their cursors, up to what gather() may give, or to what it gave.
void LogReader::mergeFrom(Merge& merge, bool toGiven, std::uint64_t through) {
  const auto add = [&](Subscription& subscription) {
    const ChannelLog* const log = subscription.log();
    if (log == nullptr) {
      return;
    }
    const Cursor from = std::max(subscription.taken(), log->begin());
    merge.add({log, &subscription, from, std::max(toGiven ? subscription.givenTo() : endOf(*log, through), from)});
  };
  std::for_each(subscriptions_.begin(), subscriptions_.end(), add);
  if (toGiven) {
    flight_.forEachLeft(add);
  }
  if (!own_.isEmpty()) {
    const ChannelLog& log = own_.log();
    merge.add({&log, nullptr, log.begin(), toGiven ? own_.given() : endOf(log, through)});
  }
}

void LogReader::taken() {
  endFlight();
  if (end_ == End::given) {
    end_ = End::reached;
  }
  cut_.clear();
  preamble_.sent();
  if (!own_.isEmpty()) {
    eventsTaken_ += own_.fresh.events;
    own_.trimBefore(own_.given());
  }
  if (end_ == End::reached) {
    own_.clear();  // what would never be given
  }
  endNotice_.taken();
  for (Subscription& subscription : subscriptions_) {
    if (subscription.log() != nullptr && subscription.taken() < subscription.givenTo()) {
      eventsTaken_ += subscription.fresh.events;
      subscription.taken() = subscription.givenTo();
    }
    subscription.forgetTakenState();
    if (subscription.stored != nullptr && subscription.stored->isAtEndOfPiece()) {
      leavePiece(subscription, subscriptions_, preamble_);
    }
  }
  letGoOfForgotten(subscriptions_);
  position_ = std::max(position_, std::exchange(givenPosition_, 0));
}

void LogReader::takenUpTo(const char* firstUntaken) {
  if (const std::string rest(endNotice_.restFrom(firstUntaken)); !rest.empty()) {
    taken();
    preamble_.sendFirst(rest);
    return;
  }
  flight_.end(subscriptions_);
  givenPosition_ = 0;
  takenUpToEvent(firstUntaken);
  flight_.forgetLeft();
  letGoOfForgotten(subscriptions_);
}

void LogReader::takenUpToEvent(const char* firstUntaken) {
  own_.fresh = {};
  subscriptions_.clearFresh();
  if (contains(cut_.rest(), firstUntaken)) {
    cut_.takenUpTo(firstUntaken, preamble_);
    return;
  }
  cut_.clear();
  if (preamble_.sending().contains(firstUntaken)) {
    preamble_.sentUpTo(firstUntaken);
    return;
  }
  preamble_.sent();
  Merge& merge = Merge::emptyOfThread();
  mergeFrom(merge, true);
  const std::uint64_t cutSequence = findCut(merge, firstUntaken);
  for (const MergeSource& source : merge.sources()) {
    if (source.subscription == nullptr) {
      own_.trimBefore(source.at);
    } else if (source.log->evictedThrough() < cutSequence || source.subscription->taken() >= source.log->begin()) {
      source.subscription->taken() = source.at;
    }  // else the log lost meanwhile what was not taken: the cursor shows it
  }
}

// Moves the merge behind what was taken, the event that was cut included. Gives the sequence of the event where it stopped.
std::uint64_t LogReader::findCut(Merge& merge, const char* firstUntaken) {
  std::uint64_t sequence = 0;
  for (const MergeSource* source = merge.oldest(); source != nullptr; source = merge.oldest()) {
    const LogEntry& entry = source->log->at(source->at);
    sequence = entry.sequence;
    const bool isIt = contains(entry.bytes, firstUntaken);
    if (isIt && firstUntaken == entry.bytes.data()) {
      return sequence;
    }
    if (isIt) {
      cutAt(*source, entry.bytes.substr(static_cast<std::size_t>(firstUntaken - entry.bytes.data())));
    }
    const bool wasGiven = source->subscription == nullptr || source->subscription->wants(entry, options_);
    if (wasGiven && source->log->isCurrent(source->at, gatheredAt_)) {
      freshOf(*source).add(entry);
      ++eventsTaken_;
    }
    takenThrough_ = std::max(takenThrough_, entry.sequence);
    merge.advance();
    if (isIt) {
      return sequence;
    }
  }
  isBroken_ = true;
  return sequence;
}

void LogReader::cutAt(const MergeSource& source, std::string_view rest) {
  const bool isKept = source.subscription != nullptr && source.subscription->stored == nullptr;
  if (!isKept || flight_.isLeft(*source.subscription)) {
    preamble_.sendFirst(rest);  // the log may let go of it at once
  } else {
    cut_.set(*source.subscription->channel, source.at, rest);
  }
}

FreshEvents& LogReader::freshOf(const MergeSource& source) {
  return source.subscription == nullptr ? own_.fresh : source.subscription->fresh;
}

// An event with which the stream ends is not dropped: the subscriber would go on behind the end.
void LogReader::dropOldest() {
  preamble_.noticeGap();
  subscriptions_.oweStates();
  subscriptions_.skipEvicted();
  Merge merge;
  mergeFrom(merge, false, subscriptions_.readableThrough());
  LogDistance behind = lag();
  while (behind.events > options_.lag.events || behind.bytes > options_.lag.bytes) {
    const MergeSource* const source = merge.oldest();
    if (source == nullptr ||
        (source->subscription != nullptr && source->subscription->endsAfter(source->log->at(source->at), options_))) {
      break;
    }
    --behind.events;
    behind.bytes -= source->log->at(source->at).bytes.size();
    merge.advance();
  }
  for (const MergeSource& source : merge.sources()) {
    if (source.subscription != nullptr) {
      source.subscription->taken() = source.at;
    } else {
      own_.trimBefore(source.at);
    }
  }
}

void LogReader::give(std::string_view bytes, const Deflated& deflated, Spans& spans) const {
  if (options_.isCompressed) {
    spans.append(bytes, deflated);
  } else {
    spans.append(bytes);
  }
}

}  // namespace millrace
