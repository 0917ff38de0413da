// What a reader has yet to give.
#include "core/hub/log_reader.hpp"

#include <algorithm>

namespace millrace {

bool LogReader::hasPending() const {
  if (isBroken()) {
    return false;
  }
  if (!cut_.isEmpty() || !preamble_.isEmpty()) {
    return true;
  }
  const std::uint64_t through = subscriptions_.readableThrough();
  if (!endNotice_.isEmpty() && lastSequence_ <= through) {
    return true;
  }
  if (!own_.isEmpty() && own_.log().at(own_.log().begin()).sequence <= through) {
    return true;
  }
  return std::any_of(subscriptions_.begin(), subscriptions_.end(),
                     [&](const Subscription& subscription) { return awaits(subscription, through); });
}

bool LogReader::awaits(const Subscription& subscription, std::uint64_t through) const {
  const ChannelLog* const log = subscription.log();
  return end_ != End::reached && log != nullptr && subscription.taken() < endOf(*log, through);
}

bool awaitsStore(const LogReader& reader) {
  const Subscriptions& all = reader.subscriptions_;
  return !reader.isBroken() && reader.end_ != LogReader::End::reached &&
         std::any_of(all.begin(), all.end(), [&](const Subscription& subscription) {
           return subscription.stored != nullptr && subscription.log() == nullptr &&
                  subscription.stored->position() < reader.lastSequence_;
         });
}

LogDistance LogReader::lag() const {
  LogDistance lag = subscriptions_.lag();
  const LogDistance own = own_.distance();
  return {lag.events + own.events, lag.bytes + own.bytes};
}

Cursor LogReader::endOf(const ChannelLog& log, std::uint64_t through) const {
  const std::uint64_t last = std::min(lastSequence_, through);
  return last == kEverySequence ? log.readableEnd() : std::min(log.after(last), log.readableEnd());
}

}  // namespace millrace
