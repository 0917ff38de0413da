#include "core/hub/event_writer.hpp"

#include "core/base/hash.hpp"
#include "core/base/json_object.hpp"
#include "core/base/json_string.hpp"
#include "core/hub/channel.hpp"
#include "core/hub/channel_events.hpp"
#include "core/hub/deflate_queue.hpp"
#include "core/hub/inbox.hpp"
#include "core/hub/own_events.hpp"
#include "core/hub/scheduler.hpp"
#include "core/hub/sequence.hpp"
#include "core/hub/store_queue.hpp"
#include "core/wire/encoder.hpp"
#include "core/wire/type_hash.hpp"

namespace millrace {
namespace {

WriteOutcome outcomeOf(EncodeOutcome outcome) {
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

WriteOutcome EventWriter::prepare(const EventFields& fields, std::size_t mostBytes, Instant now, Receipt& receipt) {
  const WriteOutcome outcome = encodeNext(fields, receipt);
  return outcome == WriteOutcome::written ? checkSize(mostBytes, now) : outcome;
}

UnixTime EventWriter::timeOf(UnixTime at, Instant now) {
  if (at == UnixTime{}) {
    return at;
  }
  timeOfDay_.note(at, now);
  return timeOfDay_.next(now);
}

EventFields EventWriter::stamp(const EventFields& fields, const ChannelPolicy& policy, UnixTime at, Instant now,
                               std::string& text) {
  return stampNow(fields, policy, timeOf(at, now), now, text);
}

EventFields EventWriter::stampNow(const EventFields& fields, const ChannelPolicy& policy, UnixTime at, Instant now,
                                  std::string& text) {
  EventFields stamped = fields;
  if (policy.stamp.empty() || at == UnixTime{} || fields.isRaw || !fields.data) {
    return stamped;
  }
  std::string member;
  appendJsonString(policy.stamp, member);
  member.append(R"(:")").append(isoTime(timeOfDay_.next(now))).append(1, '"');
  if (std::optional<std::string> with = withMembers(*fields.data, member)) {
    text = std::move(*with);
    stamped.data = text;
  }
  return stamped;
}

void EventWriter::append(Channel& channel, const FlowEvent& event, Instant now, Receipt& receipt) {
  LogEntry entry = number(event.fields.type, now);
  entry.conflateHash = hashOrNone(event.conflateKey);
  entry.labelHash = hashOrNone(event.label);
  entry.expires = event.expires;
  const bool isReadable = parts_.stores.append(channel, entry, {event.label, event.conflateKey});
  receipt.isDurable = channel.storing > 0;
  receipt.sequence = entry.sequence;
  channel.noteMemory();
  ClassMetrics& metrics = channel.channelClass().metrics;
  ++metrics.published;
  metrics.publishedBytes += encoded_.size();
  metrics.publishRate.add(1, now);
  metrics.eventBytes.add(encoded_.size());
  if (event.fields.id) {
    channel.log.rememberId(*event.fields.id);
  }
  parts_.deflates.add(channel);
  receipt.recipients = channel.members.recipients(entry);
  if (isReadable) {  // else the store queue goes on with it
    parts_.channelEvents.offer(channel, entry.sequence, encoded_.size(), now);
  }
}

void EventWriter::appendHeld(Channel& channel, const FlowEvent& event, Instant now) {
  Receipt receipt;
  std::string stamped;
  const EventFields fields = stampNow(event.fields, channel.policy(), event.at, now, stamped);
  if (encodeNext(fields, receipt) == WriteOutcome::written) {  // as it was when it was accepted
    append(channel, event, now, receipt);
  }
}

// Behind an id of the application's the hub's own cursor is written, so that what a client sends back is exact.
WriteOutcome EventWriter::encodeNext(const EventFields& fields, Receipt& receipt) {
  receipt.idFault = fields.id ? faultOf(*fields.id) : IdFault::none;
  if (receipt.idFault == IdFault::reserved && fields.isImported) {
    receipt.idFault = IdFault::none;
  }
  if (receipt.idFault != IdFault::none) {
    return WriteOutcome::invalidId;
  }
  const std::string cursor = parts_.sequence.nextId();
  receipt.id = fields.id ? std::string(*fields.id) : cursor;
  EventFields complete = fields;
  complete.id = receipt.id;
  const WriteOutcome outcome = encode(complete);
  if (outcome == WriteOutcome::written && fields.id) {
    encodeCursor(cursor, encoded_);
  }
  return outcome;
}

// The event in encoded_.
LogEntry EventWriter::number(std::string_view type, Instant now) {
  LogEntry entry;
  entry.sequence = parts_.sequence.advance();
  entry.bytes = encoded_;
  entry.typeHash = typeHash(type);
  entry.at = now;
  return entry;
}

WriteOutcome EventWriter::encode(const EventFields& fields) {
  encoded_.clear();
  return outcomeOf(encodeEvent(fields, encoded_));
}

// Of what stands in encoded_.
WriteOutcome EventWriter::checkSize(std::size_t mostBytes, Instant now) {
  const std::size_t bytes = encoded_.size();
  if (bytes > mostBytes) {
    return WriteOutcome::tooLarge;
  }
  return parts_.inbox.hasRoomFor(bytes + parts_.stores.bytes(), now) ? WriteOutcome::written : WriteOutcome::overloaded;
}

WriteOutcome EventWriter::send(Subscriber& subscriber, const EventFields& fields, Instant now, Receipt& receipt) {
  if (fields.isEmpty()) {
    return WriteOutcome::empty;
  }
  const WriteOutcome outcome = prepare(fields, parts_.options.history.bytes, now, receipt);
  if (outcome == WriteOutcome::written) {
    receipt.recipients = 1;
    parts_.ownEvents.append(subscriber, number(fields.type, now), now);
  }
  return outcome;
}

WriteOutcome EventWriter::comment(Subscriber& subscriber, std::string_view text, Instant now) {
  encoded_.clear();
  encodeComment(text, encoded_);
  return appendEncoded(subscriber, now);
}

WriteOutcome EventWriter::writeRaw(Subscriber& subscriber, std::string_view bytes, Instant now) {
  if (bytes.empty()) {
    return WriteOutcome::empty;
  }
  encoded_.assign(bytes);
  return appendEncoded(subscriber, now);
}

// What stands in encoded_, behind everything so far and without a number of its own.
WriteOutcome EventWriter::appendEncoded(Subscriber& subscriber, Instant now) {
  const WriteOutcome size = checkSize(parts_.options.history.bytes, now);
  if (size == WriteOutcome::written) {
    LogEntry entry;
    entry.sequence = parts_.sequence.newest();
    entry.bytes = encoded_;
    entry.at = now;
    parts_.ownEvents.append(subscriber, entry, now);
  }
  return size;
}

WriteOutcome EventWriter::greet(Subscriber& subscriber, const EventFields& fields, Instant now) {
  EventFields complete = fields;
  complete.id.reset();
  WriteOutcome outcome = encode(complete);
  if (outcome == WriteOutcome::written) {
    outcome = checkSize(parts_.options.history.bytes, now);
  }
  if (outcome == WriteOutcome::written) {
    subscriber.clientCursor().sayVerdict(subscriber.reader());
    subscriber.reader().preamble().greet(encoded_);
    parts_.scheduler.noteNews(subscriber, now);
  }
  return outcome;
}

}  // namespace millrace
