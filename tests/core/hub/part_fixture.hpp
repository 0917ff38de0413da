#pragma once

#include "core/hub/channel_policies.hpp"
#include "core/hub/registry.hpp"
#include "core/hub/sequence.hpp"
#include "core/wire/type_hash.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace millrace::test {

inline LogEntry entryOf(std::uint64_t sequence, std::string_view bytes, std::string_view type = "") {
  LogEntry entry;
  entry.sequence = sequence;
  entry.bytes = bytes;
  entry.typeHash = typeHash(type);
  return entry;
}

inline std::string textOf(const Spans& spans) {
  std::string text;
  for (const std::string_view span : spans.bytes) {
    text.append(span);
  }
  return text;
}

inline std::unique_ptr<Subscriber> makeSubscriber(SubscriberId id, OwnerId owner = 1,
                                                  const SubscriberOptions& options = {},
                                                  SubscriberKind kind = SubscriberKind::connection) {
  return std::make_unique<Subscriber>(id, owner, kind, std::make_shared<const SubscriberOptions>(options), 0);
}

// Channels and subscribers without a hub: what the tests of its parts begin with. Events get their numbers from `sequence`, and
// go into logs only: a test tells the part that it tests.
class PartTest : public ::testing::Test {
 protected:
  Subscriber& add(SubscriberId id, OwnerId owner = 1, const SubscriberOptions& options = {},
                  SubscriberKind kind = SubscriberKind::connection) {
    return registry.add(makeSubscriber(id, owner, options, kind));
  }

  // From the channel's end on.
  Channel& join(Subscriber& subscriber, std::string_view key, std::initializer_list<std::string_view> types = {}) {
    Channel& channel = registry.channel(key, now);
    Subscription subscription;
    subscription.channel = &channel;
    subscription.cursor = channel.log.end();
    subscription.filter = EventFilter({types.begin(), types.size()}, {});
    registry.join(subscriber, std::move(subscription), now);
    return channel;
  }

  // Gives the event's sequence.
  std::uint64_t append(Channel& channel, std::string_view bytes, std::string_view type = "") {
    LogEntry entry = entryOf(sequence.advance(), bytes, type);
    entry.at = now;
    channel.log.append(entry);
    return entry.sequence;
  }

  ChannelPolicies policies;
  StoredChannels storedChannels;
  Registry registry{policies, storedChannels};
  Sequence sequence{10};
  Instant now{Millis(1000)};
};

}  // namespace millrace::test
