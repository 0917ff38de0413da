#include "core/hub/drain.hpp"

#include "core/base/hash.hpp"
#include "core/hub/retry_spread.hpp"
#include "core/wire/encoder.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

// In an order that the shuffle decides.
std::vector<SubscriberId> shuffled(const std::vector<SubscriberId>& ids, std::uint64_t shuffle) {
  std::vector<std::pair<std::uint64_t, SubscriberId>> order;
  order.reserve(ids.size());
  for (const SubscriberId id : ids) {
    order.emplace_back(hash64(std::to_string(id ^ shuffle)), id);
  }
  std::sort(order.begin(), order.end());
  std::vector<SubscriberId> sorted;
  sorted.reserve(order.size());
  for (const auto& [hash, id] : order) {
    sorted.push_back(id);
  }
  return sorted;
}

}  // namespace

// Ten waves over nine tenths of the time, so that the last has time to flush.
void Drain::begin(const DrainOptions& options, Instant now) {
  if (hasBegun()) {
    return;
  }
  options_ = options;
  constexpr std::int64_t kWaves = 10;
  const std::vector<SubscriberId> ids = shuffled(registry_.ids(), options.shuffle);
  const auto count = static_cast<std::int64_t>(ids.size());
  for (std::int64_t place = 0; place < count; ++place) {
    Subscriber* const subscriber = registry_.findOpen(ids[static_cast<std::size_t>(place)]);
    if (subscriber == nullptr || subscriber->isListener()) {
      continue;
    }
    const Millis retry = options.retryFrom + options.retrySpread * place / count;
    encodeRetry(toRetry(retry), subscriber->reader().preamble().text());
    scheduler_.noteNews(*subscriber, now);
    const Instant end = now + options.within * 9 / 10 * (place * kWaves / count) / kWaves;
    if (end < subscriber->deadlines.end) {
      subscriber->deadlines.end = end;
      subscriber->closeReason = CloseReason::draining;
      deadlines_.note(*subscriber);
    }
  }
}

std::uint32_t Drain::nextRetry() {
  const DrainOptions options = options_.value_or(DrainOptions{});
  return RetrySpread{options.retryFrom, options.retrySpread}.at(++retries_);
}

}  // namespace millrace
