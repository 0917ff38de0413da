#pragma once

#include "core/base/instant.hpp"
#include "core/hub/connection.hpp"
#include "core/hub/registry.hpp"
#include "core/identity/event_id.hpp"
#include "core/identity/id_index.hpp"
#include "core/wire/event.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace millrace {

struct HubOptions {
  LogLimits history;  // of each channel
  std::size_t connections = 10000;
  std::size_t perChannel = std::numeric_limits<std::size_t>::max();
  std::size_t perUser = 100;
  Millis channelTtl{1800000};  // a channel that nobody used for so long is forgotten
  Millis unreadFor{60000};     // a connection that nobody has begun to read after so long is closed
  Millis sweepEvery{60000};    // how often logs are trimmed by age and idle channels looked for
  // Bytes accepted in one turn, that is until every owner has looked; beyond it publish() and send() refuse.
  std::size_t inboxBytes = std::size_t{64} * 1024 * 1024;
};

struct OpenOptions {
  ConnectionOptions connection;
  std::optional<std::string_view> lastEventId;  // the cursor the client came with
  std::optional<std::uint32_t> retry;           // milliseconds, told to the client at once
  bool isListener = false;                      // in the process: not counted, and gets no id line
};

struct JoinOptions {
  std::string_view userId;                    // empty: none
  std::span<const std::string_view> types{};  // empty: all
};

struct PublishOptions {
  Millis ttl{0};                 // 0: as long as the history keeps it
  std::string_view conflateKey;  // empty: none
};

enum class OpenOutcome : std::uint8_t { opened, serverFull };
enum class JoinOutcome : std::uint8_t { joined, alreadyThere, closed, channelFull, userFull };
enum class WriteOutcome : std::uint8_t { written, closed, invalidType, invalidId, empty, tooLarge, overloaded };

// An accepted event.
struct Receipt {
  std::string id;
  std::size_t recipients = 0;  // connections that read the channel at that moment and want the type; not listeners
};

// What an owner has to do now.
struct Turn {
  std::vector<ConnectionId> readable;  // have bytes, and were not told of since they were last read
  std::vector<std::pair<ConnectionId, CloseReason>> closing;  // read what is left where it makes sense, then close()
};

// The server's brain: channels, connections and the one sequence over them all, as a state machine. Commands and the time
// in; what to do comes out through collect() (for one owner), takeWakes() and nextDeadline(). No socket, no clock.
//
// A turn: owners that takeWakes() names call collect(), read() what they can pass on, and then settle(), which judges the
// connections that are still behind and trims the logs. Between publish() and settle() nothing is evicted that a connection
// has not been offered, as long as inboxBytes are not exceeded.
//
// Not thread-safe: io/engine guards it.
class Hub {
 public:
  Hub(std::uint64_t epoch, HubOptions options) : epoch_(epoch), options_(options) {}

  void configure(HubOptions options) { options_ = options; }
  [[nodiscard]] const HubOptions& options() const { return options_; }

  // --- connections

  // `id` must be new. The connection's first bytes set the client's cursor, so that it resumes even if cut before an event.
  [[nodiscard]] OpenOutcome open(ConnectionId id, OwnerId owner, const OpenOptions& options, Instant now);
  // Joins one channel, from the client's cursor; after the first read from the hub's head.
  [[nodiscard]] JoinOutcome join(ConnectionId id, std::string_view key, const JoinOptions& options, Instant now);
  // Whether it was there.
  bool leave(ConnectionId id, std::string_view key, Instant now);
  void close(ConnectionId id, Instant now);
  void closeAll(OwnerId owner, Instant now);

  // --- events

  [[nodiscard]] WriteOutcome publish(std::string_view key, const EventFields& fields, const PublishOptions& options,
                                     Instant now, Receipt& receipt);
  // To one connection only.
  [[nodiscard]] WriteOutcome send(ConnectionId id, const EventFields& fields, Instant now, Receipt& receipt);
  [[nodiscard]] WriteOutcome comment(ConnectionId id, std::string_view text, Instant now);

  // --- the turn

  // Owners that have something to collect, each named once until it does.
  [[nodiscard]] std::vector<OwnerId> takeWakes();
  [[nodiscard]] Turn collect(OwnerId ownerId);
  // Everything that the connection has not taken yet, in order; the views live until the next call of anything else.
  // Unknown connections have nothing.
  [[nodiscard]] const Connection::Spans& read(ConnectionId id, Instant now);
  // What read() just gave is with the connection: its cursors move to the heads.
  void taken(ConnectionId id);
  void settle(OwnerId ownerId, Instant now);

  // --- time

  // Heartbeats, maximum durations, clean-up.
  void tick(Instant now);
  [[nodiscard]] Instant nextDeadline() const;

  // --- what is there

  [[nodiscard]] std::size_t connectionCount() const { return registry_.joinedConnections(); }
  [[nodiscard]] std::size_t connectionCount(std::string_view key);
  [[nodiscard]] std::vector<std::string_view> keys() const { return registry_.activeKeys(); }
  [[nodiscard]] std::size_t openConnections() const { return registry_.connections(); }
  [[nodiscard]] std::size_t channelCount() const { return registry_.channels(); }

 private:
  struct Owner {
    std::vector<ConnectionId> news;    // connections with something new since the last collect()
    std::vector<ConnectionId> judged;  // offered in this turn, to be judged by settle()
    std::vector<std::pair<ConnectionId, CloseReason>> closing;
    std::size_t connections = 0;
    bool isWoken = false;      // named by takeWakes(), or about to be, and has not collected yet
    bool isReading = false;    // between collect() and settle()
    bool mustCollect = false;  // to be named by takeWakes()
  };

  [[nodiscard]] WriteOutcome write(ChannelLog& log, const EventFields& fields, const PublishOptions& options,
                                   Instant now, Receipt& receipt);
  void countIn(std::size_t bytes, Instant now);
  void relieveInbox(Instant now);
  void trimIfSettled(Instant now);
  void trimAll(Instant now);
  [[nodiscard]] bool isNearlyEvicted(const Connection& connection) const;
  [[nodiscard]] bool isOverloaded(std::size_t bytes) const { return inbox_ + bytes > options_.inboxBytes; }
  void markNews(Connection& connection);
  void spreadNews();
  void wake(Owner& owner);
  void beginEnding(Connection& connection, CloseReason reason);
  void judge(Connection& connection);
  void resolveResume(Connection& connection, Channel& channel);
  void schedule(const Connection& connection);
  void unschedule(const Connection& connection);
  void beat(Connection& connection, Instant now);

  const std::uint64_t epoch_;
  HubOptions options_;
  Registry registry_;
  std::uint64_t sequence_ = 0;  // of the newest event
  std::unordered_map<OwnerId, Owner> owners_;
  std::vector<Channel*> news_;  // channels appended to since their members were last looked at
  std::vector<Channel*> awaitTrim_;
  std::size_t inbox_ = 0;  // bytes accepted since the last turn that everybody took part in
  Instant inboxSince_;     // when the first of them was accepted
  IdIndex givenIds_;
  std::set<std::pair<Instant, ConnectionId>> deadlines_;
  Instant nextSweep_ = kNever;
  std::string encoded_;  // the event being written; kept for its memory
  Connection::Spans spans_;
};

}  // namespace millrace
