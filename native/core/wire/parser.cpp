#include "core/wire/parser.hpp"

#include "core/wire/line_scan.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace millrace {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::size_t between(const char* begin, const char* end) { return static_cast<std::size_t>(end - begin); }
std::string_view textFrom(const char* begin, const char* end) { return {begin, between(begin, end)}; }

bool startsWith(const char* text, const char (&start)[5]) {
  std::uint32_t word = 0;
  std::uint32_t wanted = 0;
  std::memcpy(&word, text, sizeof word);
  std::memcpy(&wanted, start, sizeof wanted);
  return word == wanted;
}

// All ways through a loop's body come together here. Without it the compiler makes loops within the loop of them, and engines of
// WebAssembly check the stack at the beginning of each: a tenth of an event's time.
inline void meetHere() { asm volatile(""); }

}  // namespace

void Parser::begin(std::span<char> chunk) {
  if (!scratch_.empty()) {  // mostly it is, and a call costs every chunk
    scratch_.clear();
  }
  rest_ = chunk;
  lineEnds_.begin();
  isWithinLimits_ = chunk.size() <= std::min(limits_.lineBytes, limits_.eventBytes);
  isBetweenBlocks_ = isBetweenBlocks_ && isWithinLimits_;
  if (skipsLineFeed_ && !rest_.empty()) {
    skipsLineFeed_ = false;
    rest_ = rest_.subspan(rest_.front() == '\n' ? 1 : 0);
  }
  if (byteOrderMark_ < kByteOrderMark.size()) {
    skipByteOrderMark();
  }
}

const ParsedItem* Parser::next() {
  while (!rest_.empty()) {
    if (const ParsedItem* const item = isBetweenBlocks_ ? takeBlock() : takePart()) {
      return item;
    }
  }
  keepAcrossChunks();
  return nullptr;
}

void Parser::reset() {
  pending_.clear();
  line_.clear();
  lineUse_ = LineUse::content;
  isBetweenBlocks_ = false;
  skipsLineFeed_ = false;
  byteOrderMark_ = 0;
  heartbeatEvery_ = 0;
}

// Most blocks are all in the chunk, with `id` and `event` once at most, and lines of data one after another. Those need no
// state, nor a look at the limits, which all of the chunk is within. Of any other, the lines that were read become
// what is pending, and the next is for takePart().
//
// Lines of data are joined by LF (9.2.6) where they stand: between the end of one value and the beginning of the next there
// is always room for the LF, for a line end and a field name stood there.
const ParsedItem* Parser::takeBlock() {
  char* at = rest_.data();
  char* const end = at + rest_.size();
  std::string_view type;
  std::string_view id;
  bool hasId = false;
  char* data = nullptr;
  char* dataEnd = nullptr;
  bool endsInData = false;
  while (true) {
    const std::size_t length = lineEnds_.lengthAt(at, end);
    if (length == std::string_view::npos) {
      break;
    }
    char* const lineEnd = at + length;
    char* after = lineEnd + 1;
    if (*lineEnd == '\r') {
      if (after == end) {
        break;
      }
      after += *after == '\n' ? 1 : 0;
    }
    if (length == 0) {
      rest_ = {after, between(after, end)};
      // From here on out of registers: a view that is written in two halves and read back as one makes the reader wait.
      const std::string_view lastId = hasId ? id : committedId_;
      committedId_ = lastId;
      return data == nullptr ? nullptr : giveEvent(type, textFrom(data, dataEnd), lastId, !id.empty());
    }
    if (length < 4) {
      break;
    }
    const auto valueBehind = [&](std::size_t name) {
      char* const value = at + name + 1;
      return value + (value != lineEnd && *value == ' ' ? 1 : 0);
    };
    if (startsWith(at, "data") && at[4] == ':') {
      char* const value = valueBehind(4);
      if (data == nullptr) {
        data = value;
        dataEnd = lineEnd;
      } else if (endsInData) {
        const auto size = between(value, lineEnd);
        *dataEnd = '\n';
        std::memmove(dataEnd + 1, value, size);
        dataEnd += size + 1;
      } else {
        break;
      }
      endsInData = true;
    } else if (at[0] == 'i' && at[1] == 'd' && at[2] == ':' && !hasId) {
      id = textFrom(valueBehind(2), lineEnd);
      if (hasNul(id, end)) {
        id = {};
        break;
      }
      hasId = true;
      endsInData = false;
    } else if (startsWith(at, "even") && at[4] == 't' && at[5] == ':' && type.empty()) {
      type = textFrom(valueBehind(5), lineEnd);
      endsInData = false;
    } else {
      break;
    }
    at = after;
    meetHere();
  }
  rest_ = {at, between(at, end)};
  isBetweenBlocks_ = false;
  pending_.type.refer(type);
  pending_.id.refer(id);
  pending_.hasId = hasId;
  if (data != nullptr) {
    pending_.data.refer(textFrom(data, dataEnd));
    pending_.hasData = true;
  }
  return nullptr;
}

// One U+FEFF at the very start of the stream is no content; its three bytes may come one by one.
void Parser::skipByteOrderMark() {
  while (byteOrderMark_ < kByteOrderMark.size() && !rest_.empty()) {
    if (rest_.front() != kByteOrderMark[byteOrderMark_]) {
      line_.append(kByteOrderMark.substr(0, byteOrderMark_));
      byteOrderMark_ = kByteOrderMark.size();
    } else {
      ++byteOrderMark_;
      rest_ = rest_.subspan(1);
    }
  }
  isBetweenBlocks_ = byteOrderMark_ == kByteOrderMark.size() && line_.empty() && isWithinLimits_;
}

const ParsedItem* Parser::giveEvent(std::string_view type, std::string_view data, std::string_view lastEventId,
                                    bool hasOwnId) {
  item_.kind = ParsedItem::Kind::event;
  item_.hasOwnId = hasOwnId;
  item_.isRaw = pending_.isRaw;
  item_.type = type.empty() ? kDefaultType : type;
  item_.data = data;
  item_.lastEventId = lastEventId;
  return &item_;
}

// The chunk goes away: what the unfinished event and the last event ID have in it moves into strings of their own.
void Parser::keepAcrossChunks() {
  pending_.type.keep();
  pending_.id.keep();
  pending_.data.keep();
  if (committedId_.data() != committedIdText_.at(committedIdSlot_).data()) {
    committedIdSlot_ = 1 - committedIdSlot_;
    ByteBuffer& text = committedIdText_.at(committedIdSlot_);
    text.clear();
    text.append(committedId_);
    committedId_ = text.view();
  }
}

}  // namespace millrace
