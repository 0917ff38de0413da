#include "core/wire/parser.hpp"

#include "core/wire/line_scan.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>

namespace millrace {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kDefaultType = "message";

// The value of a field's line, if it is that field's.
std::optional<std::string_view> valueIn(std::string_view line, std::string_view field) {
  if (line.size() < field.size() || !std::equal(field.begin(), field.end(), line.begin())) {
    return std::nullopt;
  }
  line.remove_prefix(field.size());
  if (line.empty()) {
    return line;
  }
  if (line.front() != ':') {
    return std::nullopt;
  }
  line.remove_prefix(line.size() > 1 && line[1] == ' ' ? 2 : 1);
  return line;
}

std::size_t between(const char* begin, const char* end) { return static_cast<std::size_t>(end - begin); }
std::string_view textFrom(const char* begin, const char* end) { return {begin, between(begin, end)}; }

bool startsWith(const char* text, const char (&start)[5]) {
  std::uint32_t word = 0;
  std::uint32_t wanted = 0;
  std::memcpy(&word, text, sizeof word);
  std::memcpy(&wanted, start, sizeof wanted);
  return word == wanted;
}

}  // namespace

void Parser::begin(std::span<char> chunk) {
  scratch_.clear();
  rest_ = chunk;
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
}

// Most blocks are all in the chunk, with `id` and `event` once at most, and lines of data one after another. Those need no
// state. Of any other, the lines that were read become what is pending, and the next is for takePart().
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
  std::size_t bytes = 0;  // of the event
  while (true) {
    const std::size_t length = findLineEnd(textFrom(at, end));
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
      if (hasId) {
        committedId_ = id;
      }
      return data == nullptr ? nullptr : giveEvent(type, textFrom(data, dataEnd), !id.empty());
    }
    if (length < 4 || length > limits_.lineBytes) {
      break;
    }
    const auto valueBehind = [&](std::size_t name) {
      char* const value = at + name + 1;
      return value + (value != lineEnd && *value == ' ' ? 1 : 0);
    };
    if (startsWith(at, "data") && at[4] == ':') {
      char* const value = valueBehind(4);
      const auto size = between(value, lineEnd);
      bytes += size;
      if (bytes >= limits_.eventBytes) {
        break;
      }
      if (data == nullptr) {
        data = value;
        dataEnd = lineEnd;
      } else if (endsInData) {
        bytes += 1;
        *dataEnd = '\n';
        std::memmove(dataEnd + 1, value, size);
        dataEnd += size + 1;
      } else {
        break;
      }
      endsInData = true;
    } else if (at[0] == 'i' && at[1] == 'd' && at[2] == ':' && !hasId) {
      id = textFrom(valueBehind(2), lineEnd);
      bytes += id.size();
      if (bytes >= limits_.eventBytes || id.find('\0') != std::string_view::npos) {
        id = {};
        break;
      }
      hasId = true;
      endsInData = false;
    } else if (startsWith(at, "even") && at[4] == 't' && at[5] == ':' && type.empty()) {
      const std::string_view value = textFrom(valueBehind(5), lineEnd);
      bytes += value.size();
      if (bytes >= limits_.eventBytes) {
        break;
      }
      type = value;
      endsInData = false;
    } else {
      break;
    }
    at = after;
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

// A line, or the beginning of one.
const ParsedItem* Parser::takePart() {
  const std::string_view rest(rest_.data(), rest_.size());
  const std::size_t end = findLineEnd(rest);
  if (end == std::string_view::npos) {
    rest_ = {};
    return holdPart(rest);
  }
  rest_ = rest_.subspan(end + 1);
  if (rest[end] == '\r') {
    if (rest_.empty()) {
      skipsLineFeed_ = true;
    } else if (rest_.front() == '\n') {
      rest_ = rest_.subspan(1);
    }
  }
  return finishLine(rest.substr(0, end));
}

// One U+FEFF at the very start of the stream is no content; its three bytes may come one by one.
void Parser::skipByteOrderMark() {
  while (byteOrderMark_ < kByteOrderMark.size() && !rest_.empty()) {
    if (rest_.front() != kByteOrderMark[byteOrderMark_]) {
      line_.assign(kByteOrderMark.substr(0, byteOrderMark_));
      byteOrderMark_ = kByteOrderMark.size();
    } else {
      ++byteOrderMark_;
      rest_ = rest_.subspan(1);
    }
  }
  isBetweenBlocks_ = byteOrderMark_ == kByteOrderMark.size() && line_.empty();
}

// Keeps the beginning of a line whose end is in a later chunk.
const ParsedItem* Parser::holdPart(std::string_view part) {
  if (lineUse_ != LineUse::content) {
    return nullptr;
  }
  if (line_.empty() && part.front() == ':') {
    lineUse_ = LineUse::comment;
  } else if (line_.size() + part.size() > limits_.lineBytes) {
    lineUse_ = LineUse::tooLong;
    line_ = {};
    return drop(ErrorCode::lineTooLong, limits_.lineBytes);
  } else {
    line_.append(part);
  }
  return nullptr;
}

const ParsedItem* Parser::finishLine(std::string_view part) {
  if (lineUse_ != LineUse::content) {
    comments_ += lineUse_ == LineUse::comment ? 1 : 0;
    lineUse_ = LineUse::content;
    return nullptr;
  }
  if (line_.empty()) {
    return takeLine(part);
  }
  if (line_.size() + part.size() > limits_.lineBytes) {
    line_ = {};
    return drop(ErrorCode::lineTooLong, limits_.lineBytes);
  }
  line_.append(part);
  scratch_.push_front(std::move(line_));
  line_ = {};
  return takeLine(scratch_.front());
}

const ParsedItem* Parser::takeLine(std::string_view line) {
  if (line.empty()) {
    return dispatch();
  }
  if (line.front() == ':') {
    ++comments_;
    return nullptr;
  }
  if (line.size() > limits_.lineBytes) {
    return drop(ErrorCode::lineTooLong, limits_.lineBytes);
  }
  if (const auto data = valueIn(line, "data")) {
    return takeData(*data);
  }
  if (const auto id = valueIn(line, "id")) {
    if (id->find('\0') != std::string_view::npos) {
      return nullptr;
    }
    pending_.id.refer(*id);
    pending_.hasId = true;
    return checkEventSize();
  }
  if (const auto type = valueIn(line, "event")) {
    if (pending_.isDropped) {
      return nullptr;
    }
    pending_.type.refer(*type);
    return checkEventSize();
  }
  const auto retry = valueIn(line, "retry");
  return retry ? takeRetry(*retry) : nullptr;
}

const ParsedItem* Parser::takeData(std::string_view value) {
  if (pending_.isDropped) {
    return nullptr;
  }
  const std::size_t others = pending_.type.size() + pending_.id.size();
  const std::size_t before = pending_.hasData ? pending_.data.size() + 1 : 0;
  if (before + value.size() + others > limits_.eventBytes) {
    return drop(ErrorCode::eventTooLarge, limits_.eventBytes);
  }
  if (pending_.hasData) {
    pending_.data.append("\n");
    pending_.data.append(value);
  } else {
    pending_.data.refer(value);
    pending_.hasData = true;
  }
  return nullptr;
}

const ParsedItem* Parser::takeRetry(std::string_view value) {
  const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
  if (value.empty() || !std::all_of(value.begin(), value.end(), isDigit)) {
    return nullptr;
  }
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  std::uint64_t milliseconds = 0;
  for (const char digit : value) {
    milliseconds = std::min(kMost, milliseconds * 10 + static_cast<std::uint64_t>(digit - '0'));
  }
  item_.kind = ParsedItem::Kind::retry;
  item_.retry = static_cast<std::uint32_t>(milliseconds);
  return &item_;
}

const ParsedItem* Parser::dispatch() {
  std::string_view ownId;
  if (pending_.hasId) {
    ownId = pending_.id.release(scratch_);
    committedId_ = ownId;
  }
  const ParsedItem* event = nullptr;
  if (pending_.hasData && !pending_.isDropped) {
    event = giveEvent(pending_.type.release(scratch_), pending_.data.release(scratch_), !ownId.empty());
  }
  pending_.clear();
  isBetweenBlocks_ = true;
  return event;
}

const ParsedItem* Parser::giveEvent(std::string_view type, std::string_view data, bool hasOwnId) {
  item_.kind = ParsedItem::Kind::event;
  item_.hasOwnId = hasOwnId;
  item_.type = type.empty() ? kDefaultType : type;
  item_.data = data;
  item_.lastEventId = committedId_;
  return &item_;
}

void Parser::Pending::clear() {
  type.clear();
  id.clear();
  data.clear();
  hasId = false;
  hasData = false;
  isDropped = false;
}

const ParsedItem* Parser::drop(ErrorCode error, std::size_t limit) {
  if (pending_.isDropped) {
    return nullptr;
  }
  pending_.isDropped = true;
  pending_.hasData = false;
  pending_.type.clear();
  pending_.data.clear();
  item_.kind = ParsedItem::Kind::error;
  item_.error = error;
  item_.limit = limit;
  return &item_;
}

const ParsedItem* Parser::checkEventSize() {
  if (!pending_.isDropped && pending_.data.size() + pending_.type.size() + pending_.id.size() > limits_.eventBytes) {
    return drop(ErrorCode::eventTooLarge, limits_.eventBytes);
  }
  return nullptr;
}

// The chunk goes away: what the unfinished event and the last event ID have in it moves into strings of their own.
void Parser::keepAcrossChunks() {
  pending_.type.keep();
  pending_.id.keep();
  pending_.data.keep();
  if (committedId_.data() != committedIdText_.at(committedIdSlot_).data()) {
    committedIdSlot_ = 1 - committedIdSlot_;
    committedIdText_.at(committedIdSlot_).assign(committedId_);
    committedId_ = committedIdText_.at(committedIdSlot_);
  }
}

}  // namespace millrace
