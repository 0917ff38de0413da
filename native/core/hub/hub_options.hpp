#pragma once

#include "core/base/instant.hpp"
#include "core/base/unix_time.hpp"
#include "core/hub/channel_policy.hpp"
#include "core/hub/subscriber_options.hpp"
#include "core/log/channel_log.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

using SubscriberId = std::uint64_t;  // never reused in a process
using OwnerId = std::uint32_t;       // a thread that delivers: a JavaScript environment, or a reactor

// How long, and how many, keys are remembered under which events were published.
struct IdempotencyOptions {
  Millis ttl{3600000};
  std::size_t keys = 100000;
};

struct HubOptions {
  LogLimits history;  // of each channel, in memory, unless its policy says otherwise
  Durability durability = Durability::memory;
  LogLimits stored = kStoredLimits;                         // of each durable channel, in the store
  std::size_t replayBytes = std::size_t{16} * 1024 * 1024;  // pieces of the store that subscribers are reading now
  IdempotencyOptions idempotency{};
  std::vector<PolicyRule> policies{};       // the first that matches a channel's key counts; of different names
  std::vector<PolicyRule> addedPolicies{};  // of modules, behind those
  std::size_t connections = 10000;
  std::size_t perChannel = ChannelLimits::kUnlimited;  // unless the policy says otherwise
  std::size_t maxBytes =
      ChannelPolicy{}.maxBytes;  // of an event's data, unless its channel's policy says otherwise, as the next
  RateLimit publishesPerUser{};
  FlowRules flow{};
  std::string stamp{};
  std::size_t perUser = 100;
  RateLimit opensPerUser{};  // subscribers of one user, also those that have ended
  bool hasBanList = false;   // the application wants to be asked who is banned
  std::size_t channels = 100000;
  std::size_t channelsPerConnection = 100;
  Millis channelTtl{1800000};  // a channel that nobody used for so long is forgotten
  Millis unreadFor{60000};     // a subscriber that nobody has begun to read after so long is closed
  Millis sweepEvery{60000};    // how often logs are trimmed by age, and idle channels removed
  // So long a subscriber that falls behind in a burst has to catch up before its lag counts. Until then nothing is evicted
  // that it has not been sent, as long as the inbox is not half full. Before it has caught up for the first time, that is
  // ten times as long, and starts again whenever it takes something.
  Millis lagGrace{1000};
  Millis flushFor{5000};  // a subscriber that ends has so long to take what is left, and again if it took some of it
  // Accepted bytes that an owner has yet to offer, or that wait for a subscriber that fell behind. Beyond it publish() and
  // send() refuse.
  std::size_t inboxBytes = std::size_t{64} * 1024 * 1024;

  // Of the channels that no rule matches.
  [[nodiscard]] ChannelPolicy rest() const {
    ChannelPolicy policy;
    policy.history = history;
    policy.durability = durability;
    policy.stored = stored;
    policy.limits.connections = perChannel;
    policy.maxBytes = maxBytes;
    policy.publishesPerUser = publishesPerUser;
    policy.flow = flow;
    policy.stamp = stamp;
    policy.channelTtl = channelTtl;
    return policy;
  }
  // The policies, and behind them those of the added ones whose name and channels none of them has.
  [[nodiscard]] std::vector<PolicyRule> rules() const;
};

enum class SubscriberKind : std::uint8_t {
  connection,
  poll,      // asks for one page of events: limited as a connection is, and not counted among the streams
  listener,  // in the process: neither, and gets no id line
};

struct OpenOptions {
  SubscriberOptions subscriber;
  std::optional<std::string_view> lastEventId;  // the cursor that the client came with
  std::optional<std::uint32_t> retry;           // milliseconds, told to the client at once
  std::string_view greeting{};                  // a comment of one line that is sent first, below 64 KiB; empty: none
  SubscriberKind kind = SubscriberKind::connection;
  std::optional<Millis> expiresIn{};  // it was let in for so long; none: for as long as it lives
};

struct JoinOptions {
  std::string_view userId;                    // empty: none
  std::span<const std::string_view> types{};  // empty: all
  // Of events that have a label, only those with one of these are for it. Empty: all.
  std::span<const std::string_view> labels{};
  // Of a subscriber whose client came without a cursor, and that was not read yet: it begins before so many of the channel's newest
  // events that are for it, not counting those that are part of a state that it is sent. kAllEvents: with the oldest.
  std::size_t last = 0;
  // Whether the events of SubscriberOptions::closeAfter end the subscriber where they are of this channel; else they are events as others.
  bool endsSubscriber = true;
  // The client has chosen the channel, and may leave it.
  bool isChosen = false;
  // In place of `types` and `labels`: as the subscriber's first channel is read, if it reads one.
  bool isLikeFirst = false;

  static constexpr std::size_t kAllEvents = std::numeric_limits<std::size_t>::max();
};

// Channels that a subscriber reads from now on, and channels that it does not.
struct ChannelChange {
  std::span<const std::string_view> join;
  std::span<const std::string_view> leave;
  // The client's wish: those that it joins are chosen, and it leaves no others.
  bool isClients = false;
};

struct PublishOptions {
  Millis ttl{0};                      // 0: as long as the history keeps it
  std::string_view conflateKey;       // empty: none, as those below
  std::string_view mergeKey;          // for FlowRules::mergeWindow
  std::string_view throttleKey;       // for FlowRules::throttleEvery, where there is no merge key
  std::string_view label;             // by which subscribers may choose events, see JoinOptions::labels
  std::string_view userId;            // who publishes: counts for ChannelPolicy::publishesPerUser
  std::string_view idempotencyKey{};  // what was published in the channel under it lately is not published again
  UnixTime at{};                      // now; needed for a merge key, and for ChannelPolicy::stamp
};

struct DrainOptions {
  Millis within{10000};       // every subscriber is told to end by then
  Millis retryFrom{1000};     // clients come back after a time of their own,
  Millis retrySpread{10000};  // evenly spread over so long
  std::uint64_t shuffle = 0;  // any number: decides who goes first
};

}  // namespace millrace
