#include "core/hub/store_adapter.hpp"

#include <algorithm>
#include <memory>
#include <vector>

namespace millrace {

StoreStart startAfter(const StoreContents& contents, const std::optional<MarkedPosition>& marked,
                      const WallClock& clock) {
  const StorePosition& stored = contents.position;
  StoreStart start;
  start.clock = clock;
  if (contents.isNew) {
    return start;
  }
  start.epoch = stored.epoch;
  start.channels = contents.channels;
  start.newest = std::max(stored.newest, contents.newestStored);
  start.lostThrough = stored.lostThrough;
  if (marked && marked->epoch == stored.epoch && marked->newest >= stored.newest) {
    start.newest = std::max(start.newest, marked->newest);
    start.lostThrough = marked->ahead > contents.newestStored ? marked->ahead : start.lostThrough;
    start.lostThrough = contents.hasLost ? start.newest : start.lostThrough;
  } else if (!stored.isClean) {
    start.newest = std::max(start.newest, stored.reservedThrough + DurableLog::kSkipped);
    start.lostThrough = stored.mayBeBehind ? start.newest : start.lostThrough;
  }
  return start;
}

StorePosition restingPosition(DurableLog& durable) {
  StorePosition position = durable.position();
  position.isClean = durable.queue().isEmpty();
  position.reservedThrough = position.isClean ? position.newest : position.reservedThrough;
  return position;
}

StoreOutcome doWork(LogStore& store, StoreWork& work, const WallClock& clock) {
  for (const std::string& channel : work.forgets) {
    if (store.forget(channel) == StoreOutcome::failed) {
      return StoreOutcome::failed;
    }
  }
  for (const auto& [channel, after] : work.ends) {
    if (store.end(channel, after) == StoreOutcome::failed) {
      return StoreOutcome::failed;
    }
  }
  for (StoreTrim& trim : work.trims) {
    if (store.trim(trim.limits, trim.channel) == StoreOutcome::failed) {
      return StoreOutcome::failed;
    }
  }
  std::vector<StoreEntry> entries;
  entries.reserve(work.entries.size() + work.journals.size());
  for (const auto* const jobs : {&work.entries, &work.journals}) {
    for (const StoreJob& job : *jobs) {
      entries.push_back({job.channel, job.sequence, job.after, job.bytes, job.label, job.conflateKey,
                         clock.timeOf(job.at), clock.timeOf(job.expires)});
    }
  }
  return store.append(entries, work.position);
}

SharedPiece readFromStore(LogStore& store, const ReadJob& job, const WallClock& clock) {
  const std::uint64_t after = job.last > 0 ? store.beforeLast(job.channel, job.last, job.lastThrough) : job.after;
  StorePage page = store.read(job.channel, after, job.bytes);
  if (page.events.empty() && page.lostThrough < job.through) {  // the store let go of it meanwhile
    page.lostThrough = page.from = page.through = job.through;
  }
  return page.outcome == StoreOutcome::done ? std::make_shared<const StoredPiece>(page, clock) : nullptr;
}

}  // namespace millrace
