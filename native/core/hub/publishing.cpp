// How events get into the hub's logs; see hub.hpp.
#include "core/hub/hub.hpp"

#include "core/base/hash.hpp"
#include "core/wire/encoder.hpp"

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

// Encodes the event and fills the entry; appends nothing yet. Behind an id of the application's stands the hub's cursor, so that
// what a client sends back is exact.
WriteOutcome Hub::write(const EventFields& fields, LogEntry& entry, Receipt& receipt) {
  receipt.idFault = fields.id ? faultOf(*fields.id) : IdFault::none;
  if (receipt.idFault != IdFault::none) {
    return WriteOutcome::invalidId;
  }
  const std::string cursor = formatEventId({epoch_, sequence_ + 1});
  receipt.id = fields.id ? std::string(*fields.id) : cursor;
  EventFields complete = fields;
  complete.id = receipt.id;
  WriteOutcome outcome = encode(complete);
  if (outcome == WriteOutcome::written && fields.id) {
    encodeCursor(cursor, encoded_);
    outcome = checkSize(encoded_.size());
  }
  if (outcome != WriteOutcome::written) {
    return outcome;
  }
  entry.sequence = ++sequence_;
  entry.bytes = encoded_;
  entry.typeHash = typeHash(fields.type);
  entry.at = now_;
  return WriteOutcome::written;
}

WriteOutcome Hub::encode(const EventFields& fields) {
  encoded_.clear();
  const EncodeOutcome outcome = encodeEvent(fields, encoded_);
  return outcome == EncodeOutcome::encoded ? checkSize(encoded_.size()) : refusal(outcome);
}

WriteOutcome Hub::checkSize(std::size_t bytes) {
  if (bytes > options_.history.bytes) {
    return WriteOutcome::tooLarge;
  }
  if (inbox_ + bytes > options_.inboxBytes) {
    trimAll();  // an owner may hang since
  }
  return inbox_ + bytes > options_.inboxBytes ? WriteOutcome::overloaded : WriteOutcome::written;
}

WriteOutcome Hub::publish(std::string_view key, const EventFields& fields, const PublishOptions& options, Instant now,
                          Receipt& receipt) {
  now_ = now;
  if (fields.isEmpty()) {
    return WriteOutcome::empty;
  }
  if (registry_.findChannel(key) == nullptr && !hasRoomForChannel()) {
    return WriteOutcome::hubFull;
  }
  LogEntry entry;
  const WriteOutcome outcome = write(fields, entry, receipt);
  if (outcome != WriteOutcome::written) {
    return outcome;
  }
  Channel& channel = registry_.channel(key, now);
  nextSweep_ = std::min(nextSweep_, now + options_.sweepEvery);
  entry.conflateHash = hashOrNone(options.conflateKey);
  entry.expires = options.ttl > Millis{0} ? now + options.ttl : kNever;
  channel.log.append(entry);
  if (fields.id) {
    channel.log.rememberId(*fields.id);
  }
  noteUndeflated(channel);
  receipt.recipients = channel.recipients(entry.typeHash);
  if (channel.members.empty()) {
    channel.trim(options_.history, now);
    return outcome;
  }
  addToInbox(channel);
  if (!channel.hasNews) {
    channel.hasNews = true;
    news_.push_back(&channel);
  }
  for (const Channel::Share& share : channel.owners) {
    wake(owners_[share.owner]);
  }
  return outcome;
}

WriteOutcome Hub::send(ConnectionId id, const EventFields& fields, Instant now, Receipt& receipt) {
  now_ = now;
  Connection* const connection = findOpen(id);
  if (connection == nullptr) {
    return WriteOutcome::closed;
  }
  if (fields.isEmpty()) {
    return WriteOutcome::empty;
  }
  LogEntry entry;
  const WriteOutcome outcome = write(fields, entry, receipt);
  if (outcome == WriteOutcome::written) {
    receipt.recipients = 1;
    appendOwn(*connection, entry);
  }
  return outcome;
}

WriteOutcome Hub::comment(ConnectionId id, std::string_view text, Instant now) {
  now_ = now;
  encoded_.clear();
  encodeComment(text, encoded_);
  return appendEncoded(id);
}

WriteOutcome Hub::writeRaw(ConnectionId id, std::string_view bytes, Instant now) {
  now_ = now;
  if (bytes.empty()) {
    return WriteOutcome::empty;
  }
  encoded_.assign(bytes);
  return appendEncoded(id);
}

// What stands in encoded_, to one connection, behind everything so far and without a number of its own.
WriteOutcome Hub::appendEncoded(ConnectionId id) {
  Connection* const connection = findOpen(id);
  if (connection == nullptr) {
    return WriteOutcome::closed;
  }
  const WriteOutcome size = checkSize(encoded_.size());
  if (size != WriteOutcome::written) {
    return size;
  }
  LogEntry entry;
  entry.sequence = sequence_;
  entry.bytes = encoded_;
  entry.at = now_;
  appendOwn(*connection, entry);
  return WriteOutcome::written;
}

void Hub::appendOwn(Connection& connection, const LogEntry& entry) {
  connection.append(entry);
  owners_[connection.owner()].inboxBytes += encoded_.size();
  inbox_ += encoded_.size();
  markNews(connection);
}

WriteOutcome Hub::greet(ConnectionId id, const EventFields& fields) {
  Connection* const connection = findOpen(id);
  if (connection == nullptr || connection->hasBeenRead()) {
    return WriteOutcome::closed;
  }
  EventFields complete = fields;
  complete.id.reset();
  const WriteOutcome outcome = encode(complete);
  if (outcome == WriteOutcome::written) {
    payVerdict(*connection);
    connection->notice().append(encoded_);
    connection->hub.isGreeted = true;
    markNews(*connection);
  }
  return outcome;
}

}  // namespace millrace
