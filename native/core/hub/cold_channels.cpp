#include "core/hub/cold_channels.hpp"

#include "core/hub/publisher.hpp"
#include "core/hub/registry.hpp"
#include "core/hub/stored_channels.hpp"
#include "core/wire/event_type.hpp"

namespace millrace {

std::optional<ReadJob> ColdChannels::tailOf(std::string_view key) const {
  constexpr std::size_t kMostEvents = 100;
  constexpr std::size_t kMostBytes = std::size_t{128} * 1024;
  const StoredLog* const stored = stored_.find(key);
  if (stored == nullptr || stored->events == 0 || registry_.findChannel(key) != nullptr) {
    return std::nullopt;
  }
  ReadJob job;
  job.channel = key;
  job.last = kMostEvents;
  job.lastThrough = job.through = stored->newest;
  job.bytes = kMostBytes;
  return job;
}

void ColdChannels::restore(std::string_view key, const StoredPiece& tail, Instant now) {
  const StoredLog* const stored = stored_.find(key);
  const bool isStillCold = stored != nullptr && registry_.findChannel(key) == nullptr;
  Channel* channel = nullptr;
  if (!isStillCold || tail.isEmpty() || tail.through() != stored->newest ||
      publisher_.use(key, now, channel) != WriteOutcome::written) {
    return;
  }
  const ChannelLog& log = tail.log();
  channel->log = ChannelLog(tail.from());
  for (Cursor at = log.begin(); at < log.end(); ++at.next) {
    const LogEntry& entry = log.at(at);
    channel->log.append(entry);
    if (const auto id = ownIdOf(entry.bytes)) {
      channel->log.rememberId(*id);
    }
  }
  channel->noteMemory();
}

}  // namespace millrace
