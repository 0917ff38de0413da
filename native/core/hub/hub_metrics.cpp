#include "core/hub/hub_metrics.hpp"

#include "core/hub/channel_policies.hpp"
#include "core/hub/inbox.hpp"
#include "core/hub/registry.hpp"

namespace millrace {

ClassMetrics& HubMetrics::of(std::string_view key) const {
  return registry_.classOf(registry_.findChannel(key), key).metrics;
}

void HubMetrics::noteRefusal(Refused what, std::string_view code, std::string_view key, Instant now) {
  ClassMetrics& metrics = of(key);
  switch (what) {
    case Refused::stream:
      metrics.refusedStreams.add(code);
      metrics.failureRate.add(1, now);
      return;
    case Refused::event:
      metrics.refusedEvents.add(code);
      return;
    case Refused::request:
      metrics.refusedRequests.add(code);
      return;
  }
}

void HubMetrics::noteErrorRecord(std::string_view key, Instant now) {
  ClassMetrics& metrics = of(key);
  ++metrics.errorRecords;
  metrics.errorRecordRate.add(1, now);
}

std::vector<PolicyMetrics> HubMetrics::policies() const {
  std::vector<PolicyMetrics> all;
  policies_.forEach([&all](const ChannelClass& group) {
    all.push_back({group.rule.name, group.channels, group.connections, group.dropped, group.metrics});
  });
  return all;
}

MemoryAccount HubMetrics::memory() const {
  MemoryAccount account;
  policies_.forEach([&](const ChannelClass& group) {
    account.events += group.memory.events;
    account.logs += group.memory.logs;
    account.channels += group.memory.channels;
  });
  registry_.forEachSubscriber([&](Subscriber& subscriber) {
    LogReader& reader = subscriber.reader();
    const LogMemory own = reader.own().memory();
    account.connections += sizeof(Subscriber) + own.blocks + own.entries + reader.preamble().capacity() +
                           subscriber.subscriptions().capacity();
  });
  account.waiting = inbox_.held();
  return account;
}

}  // namespace millrace
