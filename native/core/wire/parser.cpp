#include "core/wire/parser.hpp"

#include "core/wire/line_scan.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
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

// One place that knows how a vector grows: in the browser, each is half a kilobyte.
[[gnu::noinline]] ParsedItem& addTo(std::vector<ParsedItem>& items) { return items.emplace_back(); }

}  // namespace

void Parser::feed(std::span<char> chunk, Items& items) {
  scratch_.clear();
  chunk_ = chunk;
  std::string_view rest(chunk.data(), chunk.size());
  if (skipsLineFeed_ && !rest.empty()) {
    skipsLineFeed_ = false;
    rest.remove_prefix(rest.front() == '\n' ? 1 : 0);
  }
  rest = skipByteOrderMark(rest);
  while (!rest.empty()) {
    const std::size_t end = findLineEnd(rest);
    if (end == std::string_view::npos) {
      holdPart(rest, items);
      break;
    }
    const std::string_view part = rest.substr(0, end);
    const bool isCarriageReturn = rest[end] == '\r';
    rest.remove_prefix(end + 1);
    if (isCarriageReturn && rest.empty()) {
      skipsLineFeed_ = true;
    } else if (isCarriageReturn && rest.front() == '\n') {
      rest.remove_prefix(1);
    }
    finishLine(part, items);
  }
  keepAcrossChunks();
  chunk_ = {};
}

void Parser::reset() {
  pending_.clear();
  line_.clear();
  lineUse_ = LineUse::content;
  skipsLineFeed_ = false;
  byteOrderMark_ = 0;
}

// One U+FEFF at the very start of the stream is no content; its three bytes may come one by one.
std::string_view Parser::skipByteOrderMark(std::string_view bytes) {
  while (byteOrderMark_ < kByteOrderMark.size() && !bytes.empty()) {
    if (bytes.front() != kByteOrderMark[byteOrderMark_]) {
      line_.assign(kByteOrderMark.substr(0, byteOrderMark_));
      byteOrderMark_ = kByteOrderMark.size();
      return bytes;
    }
    ++byteOrderMark_;
    bytes.remove_prefix(1);
  }
  return bytes;
}

// Keeps the beginning of a line whose end is in a later chunk.
void Parser::holdPart(std::string_view part, Items& items) {
  if (lineUse_ != LineUse::content) {
    return;
  }
  if (line_.empty() && part.front() == ':') {
    lineUse_ = LineUse::comment;
  } else if (line_.size() + part.size() > limits_.lineBytes) {
    drop(ErrorCode::lineTooLong, limits_.lineBytes, items);
    lineUse_ = LineUse::tooLong;
    line_ = {};
  } else {
    line_.append(part);
  }
}

void Parser::finishLine(std::string_view part, Items& items) {
  if (lineUse_ != LineUse::content) {
    comments_ += lineUse_ == LineUse::comment ? 1 : 0;
    lineUse_ = LineUse::content;
    return;
  }
  if (line_.empty()) {
    takeLine(part, items);
    return;
  }
  if (line_.size() + part.size() > limits_.lineBytes) {
    drop(ErrorCode::lineTooLong, limits_.lineBytes, items);
    line_ = {};
    return;
  }
  line_.append(part);
  scratch_.push_front(std::move(line_));
  line_ = {};
  takeLine(scratch_.front(), items);
}

void Parser::takeLine(std::string_view line, Items& items) {
  if (line.empty()) {
    dispatch(items);
    return;
  }
  if (line.front() == ':') {
    ++comments_;
    return;
  }
  if (line.size() > limits_.lineBytes) {
    drop(ErrorCode::lineTooLong, limits_.lineBytes, items);
    return;
  }
  if (const auto data = valueIn(line, "data")) {
    takeData(*data, items);
  } else if (const auto id = valueIn(line, "id")) {
    if (id->find('\0') == std::string_view::npos) {
      pending_.id.refer(*id);
      pending_.hasId = true;
      checkEventSize(items);
    }
  } else if (const auto type = valueIn(line, "event")) {
    if (!pending_.isDropped) {
      pending_.type.refer(*type);
      checkEventSize(items);
    }
  } else if (const auto retry = valueIn(line, "retry")) {
    takeRetry(*retry, items);
  }
}

void Parser::takeData(std::string_view value, Items& items) {
  if (pending_.isDropped) {
    return;
  }
  const std::size_t others = pending_.type.size() + pending_.id.size();
  const std::size_t before = pending_.hasData ? pending_.data.size() + 1 : 0;
  if (before + value.size() + others > limits_.eventBytes) {
    drop(ErrorCode::eventTooLarge, limits_.eventBytes, items);
    return;
  }
  if (pending_.hasData) {
    joinData(value);
  } else {
    pending_.data.refer(value);
    pending_.hasData = true;
  }
}

// Lines of data are joined by LF (9.2.6). In the chunk this is done in place: between the end of one value and the
// beginning of the next there is always room for the LF, for a line end and a field name stood there.
void Parser::joinData(std::string_view value) {
  HeldText& data = pending_.data;
  if (data.isOwned() || !isInChunk(data.view()) || !isInChunk(value)) {
    data.append("\n");
    data.append(value);
    return;
  }
  for (HeldText* between : {&pending_.type, &pending_.id}) {
    if (!between->isOwned() && isInChunk(between->view()) && between->view().data() >= data.view().data()) {
      between->keep();
    }
  }
  const std::string_view before = data.view();
  char* const gap = chunk_.data() + (before.data() - chunk_.data()) + before.size();
  *gap = '\n';
  std::memmove(gap + 1, value.data(), value.size());
  data.extendInPlace(value.size() + 1);
}

void Parser::takeRetry(std::string_view value, Items& items) {
  const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
  if (value.empty() || !std::all_of(value.begin(), value.end(), isDigit)) {
    return;
  }
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  std::uint64_t milliseconds = 0;
  for (const char digit : value) {
    milliseconds = std::min(kMost, milliseconds * 10 + static_cast<std::uint64_t>(digit - '0'));
  }
  ParsedItem& item = addTo(items);
  item.kind = ParsedItem::Kind::retry;
  item.retry = static_cast<std::uint32_t>(milliseconds);
}

void Parser::dispatch(Items& items) {
  std::string_view ownId;
  if (pending_.hasId) {
    ownId = pending_.id.release(scratch_);
    committedId_ = ownId;
  }
  if (pending_.hasData && !pending_.isDropped) {
    ParsedItem& event = addTo(items);
    event.type = pending_.type.release(scratch_);
    event.data = pending_.data.release(scratch_);
    event.lastEventId = committedId_;
    event.hasOwnId = !ownId.empty();
    if (event.type.empty()) {
      event.type = kDefaultType;
    }
  }
  pending_.clear();
}

void Parser::Pending::clear() {
  type.clear();
  id.clear();
  data.clear();
  hasId = false;
  hasData = false;
  isDropped = false;
}

void Parser::drop(ErrorCode error, std::size_t limit, Items& items) {
  if (pending_.isDropped) {
    return;
  }
  pending_.isDropped = true;
  pending_.hasData = false;
  pending_.type.clear();
  pending_.data.clear();
  ParsedItem& item = addTo(items);
  item.kind = ParsedItem::Kind::error;
  item.error = error;
  item.limit = limit;
}

void Parser::checkEventSize(Items& items) {
  if (!pending_.isDropped && pending_.data.size() + pending_.type.size() + pending_.id.size() > limits_.eventBytes) {
    drop(ErrorCode::eventTooLarge, limits_.eventBytes, items);
  }
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

// A finished line is followed by its end, so even an empty value begins before the chunk's end.
bool Parser::isInChunk(std::string_view text) const {
  const std::less<const char*> before;
  return !before(text.data(), chunk_.data()) && before(text.data(), chunk_.data() + chunk_.size());
}

}  // namespace millrace
