#pragma once

#include "core/base/instant.hpp"
#include "core/hub/connection.hpp"
#include "core/hub/registry.hpp"
#include "core/identity/event_id.hpp"
#include "core/identity/own_id.hpp"
#include "core/log/replay.hpp"
#include "core/wire/event.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
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
  std::size_t channels = 100000;
  std::size_t channelsPerConnection = 100;
  Millis channelTtl{1800000};  // a channel that nobody used for so long is forgotten
  Millis unreadFor{60000};     // a connection that nobody has begun to read after so long is closed
  Millis sweepEvery{60000};    // how often logs are trimmed by age and idle channels looked for
  // A connection that falls behind in a burst has so long to catch up before its lag counts; until then nothing is evicted
  // that it has not been sent, as long as the inbox is not half full.
  // One that has yet to catch up for the first time has ten times as long, and again with each byte that it takes.
  Millis lagGrace{1000};
  Millis flushFor{5000};  // a connection that ends has so long to take what is left, and again if it took some of it
  // Bytes accepted that an owner has yet to look at, or that await who fell behind; beyond it publish() and send() refuse.
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

struct HubStats {
  std::size_t connections = 0;  // that are open
  std::size_t channels = 0;
  std::size_t inboxBytes = 0;  // accepted, and not yet offered to everybody
  bool isDraining = false;
  std::size_t takenOver = 0;  // connections whose owner reads them straight to their sockets
};

struct DrainOptions {
  Millis within{10000};       // every connection is told to end by then
  Millis retryFrom{1000};     // clients come back after a time of their own,
  Millis retrySpread{10000};  // evenly spread over so long
  std::uint64_t shuffle = 0;  // any number: decides who goes first
};

enum class OpenOutcome : std::uint8_t { opened, serverFull, draining };
enum class JoinOutcome : std::uint8_t { joined, alreadyThere, closed, channelFull, userFull, tooManyChannels, hubFull };
enum class WriteOutcome : std::uint8_t {
  written,
  closed,
  invalidType,
  invalidId,  // Receipt::idFault says why
  empty,
  tooLarge,
  overloaded,
  hubFull,  // it would be one channel more than HubOptions::channels
};
enum class Progress : std::uint8_t { none, some };

// An accepted event, or of a refused one what is wrong with its id.
struct Receipt {
  std::string id;
  IdFault idFault = IdFault::none;
  std::size_t recipients = 0;  // connections that read the channel at that moment and want the type; not listeners
};

// What an owner has to do now.
struct Turn {
  std::vector<ConnectionId> readable;    // have bytes, and were not told of since they were last read to the end
  std::vector<Connection*> connections;  // the same; each until its owner closes it
  std::vector<std::pair<ConnectionId, CloseReason>> closing;  // read what is left where it makes sense, then close()
};

// An event that compressed connections wait for. Deflate `plain`, which may be used without the hub's guard, and give it back.
struct DeflateJob {
  std::string channel;
  Cursor cursor;
  std::string_view plain;
  Spans pin;             // of `plain`
  std::string deflated;  // the result: flushed to a byte's end from a clean state; empty where that saves nothing
  std::uint32_t crc32 = 0;
};

// The server's brain: channels, connections and the one sequence over them all, as a state machine. Commands and the time
// in; what to do comes out through collect() (for one owner), takeWakes() and nextDeadline(). No socket, no clock.
//
// A turn: an owner that takeWakes() names calls beginTurn(), then collect() and read() in parts of any size, and then
// settle(), which judges the connections that are still behind and trims the logs. Nothing is evicted before every owner of
// a channel's connections has had a turn that began after it was published, as long as inboxBytes are not exceeded.
//
// Not thread-safe: io/engine guards it. The bytes that read() gives may be used without the guard.
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
  // Only by its owner: what read() gave of it may be on its way.
  void close(ConnectionId id, Instant now);
  void closeAll(OwnerId owner, Instant now);
  // Another owner reads it from now on, by `reader`, if it has one: then it counts as taken over. It is told to close it if it
  // is ending already. None when it is not there. What it returns lives until that owner closes it.
  [[nodiscard]] Connection* assign(ConnectionId id, OwnerId owner, void* reader = nullptr);
  // Tells its owner to close it once it has taken what there is now, and the client why, where the end is meant: `said` is the
  // application's own reason. False when it is not there or already ending.
  bool end(ConnectionId id, CloseReason reason, Instant now, std::string_view said = {});
  // From now on no connection is opened; those that are there are told when to come back, and ended in waves.
  void drain(const DrainOptions& options, Instant now);
  [[nodiscard]] bool isDraining() const { return isDraining_; }
  // In milliseconds, when a client is to come back that came while the hub drains: like those that were there, each at a time of
  // its own.
  [[nodiscard]] std::uint32_t nextRetry();

  // What became of the cursor that the client came with; none if it came without one, or before a channel was joined.
  [[nodiscard]] std::optional<Verdict> verdict(ConnectionId id);
  // The id that continues behind everything that the connection has taken, or passed by as not for it.
  [[nodiscard]] std::string cursor(ConnectionId id);
  // Whether there is something that the connection has not taken.
  [[nodiscard]] bool hasPending(ConnectionId id);
  // Whether the last read left out events because of its limits.
  [[nodiscard]] bool hasMore(ConnectionId id);
  // The id that the first read begins with, for a client that is to know it before; none if anything goes before it.
  [[nodiscard]] std::optional<std::string> beginning(ConnectionId id);
  // Whether the client has everything up to an event of ConnectionOptions::closeAfter already.
  [[nodiscard]] bool isComplete(ConnectionId id);

  // --- events

  [[nodiscard]] WriteOutcome publish(std::string_view key, const EventFields& fields, const PublishOptions& options,
                                     Instant now, Receipt& receipt);
  // To one connection only.
  [[nodiscard]] WriteOutcome send(ConnectionId id, const EventFields& fields, Instant now, Receipt& receipt);
  [[nodiscard]] WriteOutcome comment(ConnectionId id, std::string_view text, Instant now);
  // Bytes of the application's own, to one connection, as they are; whether they make a whole event is its affair.
  [[nodiscard]] WriteOutcome writeRaw(ConnectionId id, std::string_view bytes, Instant now);
  // To one connection before everything else, for the state that the events then change. It has no id, so no client takes it
  // for a repeat. The cursor line and what was published since follow it. Only before the first read.
  [[nodiscard]] WriteOutcome greet(ConnectionId id, const EventFields& fields);

  // --- the turn

  // Owners that have something to collect, each named once until it does.
  [[nodiscard]] std::vector<OwnerId> takeWakes();
  // This owner does all it can in every turn, so its turns are waited for however long they take.
  void trust(OwnerId ownerId) { ownerNamed(ownerId).isTrusted = true; }
  // There is no such owner any more.
  void forget(OwnerId ownerId);
  void beginTurn(OwnerId ownerId);
  // The next part of the turn: looks at about `limit` connections. Says whether there are more.
  bool collect(OwnerId ownerId, std::size_t limit, Turn& turn);
  // The newest event's.
  [[nodiscard]] std::uint64_t sequence() const { return sequence_; }
  // The next events that compressed connections wait for, at most `limit` and none newer than `through`; call it until there are none, and give each back.
  // What is not given back is not read by them.
  [[nodiscard]] std::vector<DeflateJob> deflateJobs(std::size_t limit, std::uint64_t through);
  void deflated(const DeflateJob& job);
  // Whether there are any.
  [[nodiscard]] bool awaitsDeflate() const { return !undeflated_.empty(); }
  // Everything that the connection has not taken yet, in order; unknown connections have nothing.
  void read(ConnectionId id, Instant now, const ReadLimits& limits, Spans& spans);
  // What read() just gave is with the connection. Says whether its limits left something out.
  bool taken(ConnectionId id, Instant now);
  // ... is with it up to this byte, and it cannot take more at present.
  void takenUpTo(ConnectionId id, const char* firstUntaken, Instant now, Progress progress = Progress::some);
  void settle(OwnerId ownerId, Instant now);

  // The same for who knows the connection: its owner, who has not closed it.
  void read(Connection& connection, Instant now, const ReadLimits& limits, Spans& spans);
  bool taken(Connection& connection, Instant now);
  void takenUpTo(Connection& connection, const char* firstUntaken, Instant now, Progress progress = Progress::some);

  // --- time

  // Heartbeats, maximum durations, clean-up.
  void tick(Instant now);
  [[nodiscard]] Instant nextDeadline() const;

  // --- what is there

  [[nodiscard]] bool contains(ConnectionId id) { return registry_.findConnection(id) != nullptr; }
  [[nodiscard]] std::size_t connectionCount() const { return registry_.joinedConnections(); }
  [[nodiscard]] std::size_t connectionCount(std::string_view key);
  [[nodiscard]] HubStats stats() const;
  // How ConnectionOptions and JoinOptions name event types; an empty one is "message".
  [[nodiscard]] static std::uint64_t typeHash(std::string_view type);
  [[nodiscard]] std::vector<std::string_view> keys() const { return registry_.activeKeys(); }
  [[nodiscard]] std::size_t openConnections() const { return registry_.connections(); }
  [[nodiscard]] std::size_t channelCount() const { return registry_.channels(); }

 private:
  struct Owner {
    std::vector<ConnectionId> news;    // connections with something new, from `taken` on
    std::size_t taken = 0;             //
    std::size_t budget = 0;            // how many of them the turn looks at yet, once isBounded
    bool isBounded = true;             // the passes are over that the turn waits for: so that it ends
    std::uint64_t passes = 0;          // up to this one
    std::vector<ConnectionId> judged;  // offered in this turn, to be judged by settle()
    std::vector<std::pair<ConnectionId, CloseReason>> closing;
    std::size_t connections = 0;
    std::size_t inboxBytes = 0;  // of its connections' own events
    bool isWoken = false;        // named by takeWakes(), or about to be, and has not begun a turn yet
    bool isReading = false;      // in a turn
    bool mustCollect = false;    // to be named by takeWakes()
    bool isTrusted = false;
    Instant wokenAt;                   // the first time since its last turn
    std::uint64_t lookingThrough = 0;  // the turn offers everything up to this sequence
    std::uint64_t lookedThrough = 0;   // its last turn offered everything up to this sequence

    [[nodiscard]] bool isBusy() const { return isWoken || isReading; }
  };

  [[nodiscard]] WriteOutcome write(const EventFields& fields, LogEntry& entry, Receipt& receipt);
  // Leaves the bytes in encoded_.
  [[nodiscard]] WriteOutcome encode(const EventFields& fields);
  [[nodiscard]] WriteOutcome checkSize(std::size_t bytes);
  [[nodiscard]] WriteOutcome appendEncoded(ConnectionId id);
  Connection* findOpen(ConnectionId id);
  void appendOwn(Connection& connection, const LogEntry& entry);
  void addToInbox(Channel& channel);
  void markNews(Connection& connection);
  Owner& ownerNamed(OwnerId ownerId);
  [[nodiscard]] Owner& ownerOf(const Connection& connection);
  void spreadNews(std::size_t limit);
  void wake(Owner& owner);
  void beginEnding(Connection& connection, CloseReason reason, std::string_view said = {});
  void sayEnd(Connection& connection, CloseReason reason, std::string_view said);
  void tellClosing(const Connection& connection, OwnerId ownerId, CloseReason reason);
  void resolveResume(Connection& connection, Channel& channel);
  void resolveOwnId(Connection& connection, Channel& channel);
  static void payVerdict(Connection& connection);
  void noteUndeflated(Channel& channel);
  [[nodiscard]] bool hasRoomForChannel();
  void forgetOwnerIfUnused(OwnerId ownerId);
  [[nodiscard]] std::uint64_t deflatedThrough() const;

  static void noteProgress(Connection& connection);
  void noteBehind(Connection& connection);
  static void hold(const Connection& connection, Instant until);
  void judge(Connection& connection);
  [[nodiscard]] bool isBehind(const Connection& connection) const;
  [[nodiscard]] bool isNearlyEvicted(const Connection& connection) const;
  [[nodiscard]] bool isPressed() const { return inbox_ > options_.inboxBytes / 2; }
  [[nodiscard]] bool hangs(const Owner& owner) const;
  [[nodiscard]] std::uint64_t lookedThrough(const Channel& channel) const;
  [[nodiscard]] bool trim(Channel& channel);
  void trimAll();

  void schedule(Connection& connection);
  void unschedule(const Connection& connection);
  void run(Connection& connection);
  void endForDuration(Connection& connection);
  void beat(Connection& connection);
  [[nodiscard]] std::string heartbeatData(const Connection& connection) const;

  const std::uint64_t epoch_;
  HubOptions options_;
  Registry registry_;
  Instant now_;                 // of the last command
  std::uint64_t sequence_ = 0;  // of the newest event
  std::unordered_map<OwnerId, Owner> owners_;
  OwnerId lastOwnerId_ = 0;  // what ownerOf() found last: most connections have the same owner
  Owner* lastOwner_ = nullptr;
  std::vector<Channel*> news_;      // channels appended to since a turn began
  std::deque<Channel*> spreading_;  // a pass over the members of each: that of the first has begun
  std::uint64_t passes_ = 0;        // that were ever put there
  std::vector<Channel*> awaitTrim_;
  std::vector<Channel*> undeflated_;  // channels with events that compressed connections wait for
  std::size_t inbox_ = 0;             // bytes that an owner has yet to look at, or that await who fell behind
  bool isDraining_ = false;
  DrainOptions drain_;                                    // while it drains
  std::uint64_t retries_ = 0;                             // that nextRetry() gave
  std::size_t takenOver_ = 0;                             // connections with a reader
  std::shared_ptr<const ConnectionOptions> lastOptions_;  // of the newest connection; the next mostly has the same
  std::set<std::pair<Instant, ConnectionId>> deadlines_;
  Instant nextSweep_ = kNever;
  Instant nextSweepForRoom_;  // not before, however often somebody asks for a channel more
  std::string encoded_;       // the event being written; kept for its memory
};

}  // namespace millrace
