#pragma once

#include "core/hub/text_pieces.hpp"
#include "core/log/replay.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace millrace {

class Sequence;

// What a subscriber is sent before the events of the next read: the notice that begins its stream, verdicts, a snapshot, the states of
// its channels, the cursor line. It is in no log.
class Preamble {
 public:
  // Text for the next read, behind what waits already.
  [[nodiscard]] std::string& text() { return next_.tail(); }
  // Tells the client, once a read, that events are missing.
  void noticeGap();
  // Tells the client what became of its cursor.
  void sayVerdict(Verdict verdict);
  // The client misses events, and gets no notices: the stream must not go on.
  [[nodiscard]] bool isBroken() const { return notices_ == Notices::missed; }
  // The first read begins with a comment, unless it is empty, and, where the client gets notices, `millrace.begin`. Nothing else was written yet.
  void begin(std::string_view greeting);
  // The client gets none. Before begin().
  void withholdNotices() { notices_ = Notices::unsaid; }
  // The next read ends its text with the client's cursor. It comes behind a snapshot, so that a client that is cut within the
  // snapshot gets it again.
  void oweCursor() { owesCursor_ = true; }
  // A snapshot's event, which has no id.
  void greet(std::string_view encoded);
  // The state of a channel, behind what waits already.
  void addState(SharedText text) { next_.addShared(std::move(text)); }
  // There may be states before the first cursor line.
  void expectState();
  // Whether the first thing with an id that the client is sent is the cursor line.
  [[nodiscard]] bool beginsWithCursor() const { return owesCursor_ && beginning_ != Beginning::owedWithSnapshot; }

  // Writes what is owed: the cursor `position`, and the beginning. `readsChannels`: whether the client can resume.
  void complete(const Sequence& sequence, std::uint64_t position, bool readsChannels);
  // All that is to be sent now, in place until sent() or sentUpTo(). What is added later waits for the next read.
  const TextPieces& send();
  // All of send() was taken.
  void sent() { sending_.clear(); }
  // send() was taken up to this byte.
  void sentUpTo(const char* firstUntaken);
  // Bytes to be sent before everything else, which nothing else keeps.
  void sendFirst(std::string_view bytes) { sending_.insertFirst(bytes); }
  // What was given by send() and not taken yet.
  [[nodiscard]] const TextPieces& sending() const { return sending_; }

  // Nothing waits to be sent.
  [[nodiscard]] bool isEmpty() const { return next_.isEmpty() && sending_.isEmpty() && !owesAnything(); }
  [[nodiscard]] bool hasText() const { return !next_.isEmpty(); }
  // The bytes that it has asked for.
  [[nodiscard]] std::size_t capacity() const { return next_.capacity() + sending_.capacity(); }

 private:
  [[nodiscard]] bool owesAnything() const { return owesCursor_ || beginning_ != Beginning::none; }

  // Whether the client gets notices; missed: it does not, and would have needed one.
  enum class Notices : std::uint8_t { said, unsaid, missed };
  enum class Beginning : std::uint8_t { none, owed, owedWithSnapshot };

  TextPieces next_;
  TextPieces sending_;
  Beginning beginning_ = Beginning::none;
  std::uint16_t greetingBytes_ = 0;  // at the beginning of next_, until the notice is there
  bool owesCursor_ = false;
  bool hasGap_ = false;  // next_ tells of a gap
  Notices notices_ = Notices::said;
};

}  // namespace millrace
