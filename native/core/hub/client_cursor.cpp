#include "core/hub/client_cursor.hpp"

#include "core/base/hash.hpp"
#include "core/hub/log_reader.hpp"
#include "core/hub/sequence.hpp"

#include <algorithm>

namespace millrace {

void ClientCursor::come(std::string_view lastEventId, const Sequence& sequence, LogReader& reader) {
  if (const std::optional<std::uint64_t> number = sequence.numberOf(lastEventId)) {
    stage_ = Stage::hasSequence;
    value_ = *number;
    reader.setPosition(*number);
  } else {
    stage_ = Stage::hasId;
    value_ = hash64(lastEventId);
  }
}

void ClientCursor::join(const Channel& channel, std::uint64_t position, bool hasBegun, LogReader& reader) {
  switch (stage_) {
    case Stage::none:
    case Stage::settled:
      return;
    case Stage::hasSequence:
      joinBySequence(channel, position, reader);
      return;
    case Stage::hasId:
    case Stage::owesVerdict:
      joinById(channel, hasBegun, reader);
      return;
  }
}

void ClientCursor::joinBySequence(const Channel& channel, std::uint64_t position, LogReader& reader) {
  // After the first read the channel begins at the hub's head, whatever the client has.
  const std::uint64_t has = verdict_ ? position : value_;
  const bool isTooLate =
      position > has && (channel.log.after(has) < channel.log.after(position) || channel.evictedThrough() > has);
  const bool isGap = isTooLate || !channel.hasAllAfter(has);
  if (isGap || !verdict_) {
    say(isGap ? Verdict::gap : Verdict::continued, reader);
  }
  if (isGap) {
    stage_ = Stage::settled;
  }
}

// An id of the application's belongs to the channel it was published in. Several channels that the client reads may have it, or
// one may have it several times. Which of them the client has seen is unknown: it resumes behind the oldest, for repeating is
// better than losing.
void ClientCursor::joinById(const Channel& channel, bool hasBegun, LogReader& reader) {
  const auto found = channel.log.findId(value_);
  if (hasBegun) {
    stage_ = Stage::settled;
    say(found ? Verdict::gap : Verdict::reset, reader);
    return;
  }
  const bool isKnown = verdict_ && verdict_ != Verdict::reset;
  if (found) {
    const std::uint64_t sequence = channel.log.at(*found).sequence;
    reader.beginAt(isKnown ? std::min(sequence, reader.position()) : sequence);
  } else if (!isKnown) {
    reader.beginAt(0);
  }
  const bool hasGap =
      reader.subscriptions().haveLostSince(reader.position()) || !channel.hasAllAfter(reader.position());
  const bool isReset = !isKnown && !found;
  verdict_ = isReset ? Verdict::reset : hasGap ? Verdict::gap : Verdict::continued;
  stage_ = Stage::owesVerdict;
}

// Behind a reset, and behind an id of the application's, the client gets an exact cursor at once: so it is not told of the same
// reset again.
void ClientCursor::sayVerdict(LogReader& reader) {
  if (stage_ == Stage::owesVerdict) {
    stage_ = Stage::settled;
    reader.preamble().sayVerdict(*verdict_);
    reader.preamble().oweCursor();
  }
}

void ClientCursor::say(Verdict verdict, LogReader& reader) {
  verdict_ = verdict;
  reader.preamble().sayVerdict(verdict);
}

}  // namespace millrace
