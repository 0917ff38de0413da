#include "core/hub/publisher.hpp"

#include "core/base/hash.hpp"
#include "core/hub/channel_events.hpp"
#include "core/hub/deflate_queue.hpp"
#include "core/hub/inbox.hpp"
#include "core/hub/own_events.hpp"
#include "core/hub/registry.hpp"
#include "core/hub/scheduler.hpp"
#include "core/hub/sequence.hpp"
#include "core/hub/store_queue.hpp"
#include "core/hub/sweeper.hpp"
#include "core/wire/encoder.hpp"
#include "core/wire/type_hash.hpp"

namespace millrace {
namespace {

std::uint64_t hashOrNone(std::string_view text) { return text.empty() ? 0 : hash64(text); }

WriteOutcome refusal(EncodeOutcome outcome) {
  switch (outcome) {
    case EncodeOutcome::invalidType:
      return WriteOutcome::invalidType;
    case EncodeOutcome::invalidId:
      return WriteOutcome::invalidId;
    case EncodeOutcome::empty:
      return WriteOutcome::empty;
    case EncodeOutcome::encoded:
      break;
  }
  return WriteOutcome::written;
}

}  // namespace

WriteOutcome Publisher::publish(std::string_view key, const EventFields& fields, const PublishOptions& options,
                                Instant now, Receipt& receipt) {
  if (fields.isEmpty()) {
    return WriteOutcome::empty;
  }
  if (parts_.registry.findChannel(key) == nullptr && !parts_.sweeper.hasRoomForChannel(now)) {
    return WriteOutcome::hubFull;
  }
  LogEntry entry;
  const WriteOutcome outcome = number(fields, now, entry, receipt);
  if (outcome != WriteOutcome::written) {
    return outcome;
  }
  Channel& channel = parts_.registry.channel(key, now);
  parts_.sweeper.noteUse(now);
  entry.conflateHash = hashOrNone(options.conflateKey);
  entry.expires = options.ttl > Millis{0} ? now + options.ttl : kNever;
  const bool isReadable = parts_.stores.append(channel, entry);
  if (fields.id) {
    channel.log.rememberId(*fields.id);
  }
  parts_.deflates.add(channel);
  receipt.recipients = channel.members.recipients(entry.typeHash);
  if (isReadable) {  // else the store queue goes on with it
    parts_.channelEvents.offer(channel, entry.sequence, encoded_.size(), now);
  }
  return outcome;
}

// Encodes the event and fills the entry; appends nothing yet. Behind an id of the application's the hub's own cursor is
// written, so that what a client sends back is exact.
WriteOutcome Publisher::number(const EventFields& fields, Instant now, LogEntry& entry, Receipt& receipt) {
  receipt.idFault = fields.id ? faultOf(*fields.id) : IdFault::none;
  if (receipt.idFault != IdFault::none) {
    return WriteOutcome::invalidId;
  }
  const std::string cursor = parts_.sequence.nextId();
  receipt.id = fields.id ? std::string(*fields.id) : cursor;
  EventFields complete = fields;
  complete.id = receipt.id;
  WriteOutcome outcome = encode(complete, now);
  if (outcome == WriteOutcome::written && fields.id) {
    encodeCursor(cursor, encoded_);
    outcome = checkSize(encoded_.size(), now);
  }
  if (outcome != WriteOutcome::written) {
    return outcome;
  }
  entry.sequence = parts_.sequence.advance();
  entry.bytes = encoded_;
  entry.typeHash = typeHash(fields.type);
  entry.at = now;
  return WriteOutcome::written;
}

WriteOutcome Publisher::encode(const EventFields& fields, Instant now) {
  encoded_.clear();
  const EncodeOutcome outcome = encodeEvent(fields, encoded_);
  return outcome == EncodeOutcome::encoded ? checkSize(encoded_.size(), now) : refusal(outcome);
}

WriteOutcome Publisher::checkSize(std::size_t bytes, Instant now) {
  if (bytes > parts_.options.history.bytes) {
    return WriteOutcome::tooLarge;
  }
  return parts_.inbox.hasRoomFor(bytes + parts_.stores.bytes(), now) ? WriteOutcome::written : WriteOutcome::overloaded;
}

WriteOutcome Publisher::send(Subscriber& subscriber, const EventFields& fields, Instant now, Receipt& receipt) {
  if (fields.isEmpty()) {
    return WriteOutcome::empty;
  }
  LogEntry entry;
  const WriteOutcome outcome = number(fields, now, entry, receipt);
  if (outcome == WriteOutcome::written) {
    receipt.recipients = 1;
    parts_.ownEvents.append(subscriber, entry, now);
  }
  return outcome;
}

WriteOutcome Publisher::comment(Subscriber& subscriber, std::string_view text, Instant now) {
  encoded_.clear();
  encodeComment(text, encoded_);
  return appendEncoded(subscriber, now);
}

WriteOutcome Publisher::writeRaw(Subscriber& subscriber, std::string_view bytes, Instant now) {
  if (bytes.empty()) {
    return WriteOutcome::empty;
  }
  encoded_.assign(bytes);
  return appendEncoded(subscriber, now);
}

// What stands in encoded_, behind everything so far and without a number of its own.
WriteOutcome Publisher::appendEncoded(Subscriber& subscriber, Instant now) {
  const WriteOutcome size = checkSize(encoded_.size(), now);
  if (size == WriteOutcome::written) {
    LogEntry entry;
    entry.sequence = parts_.sequence.newest();
    entry.bytes = encoded_;
    entry.at = now;
    parts_.ownEvents.append(subscriber, entry, now);
  }
  return size;
}

WriteOutcome Publisher::greet(Subscriber& subscriber, const EventFields& fields, Instant now) {
  EventFields complete = fields;
  complete.id.reset();
  const WriteOutcome outcome = encode(complete, now);
  if (outcome == WriteOutcome::written) {
    subscriber.clientCursor().sayVerdict(subscriber.reader());
    subscriber.reader().preamble().greet(encoded_);
    parts_.scheduler.noteNews(subscriber, now);
  }
  return outcome;
}

}  // namespace millrace
