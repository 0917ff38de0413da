// The blocks that takeBlock() leaves over, line by line.
#include "core/wire/line_scan.hpp"
#include "core/wire/parser.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

namespace millrace {
namespace {

constexpr std::string_view kHeartbeat = "heartbeat";
constexpr std::uint64_t kTooLong = std::uint64_t{std::numeric_limits<std::uint32_t>::max()} + 1;
constexpr std::size_t kHeartbeatLine = 64;  // no more of a comment's line is looked at

bool isHeartbeat(std::string_view comment) {
  comment.remove_prefix(comment.size() > 1 && comment[1] == ' ' ? 2 : 1);
  return comment.size() >= kHeartbeat.size() && std::equal(kHeartbeat.begin(), kHeartbeat.end(), comment.begin());
}

// The milliseconds in the word `every=5000`; 0 where there is none.
std::uint32_t everyIn(std::string_view comment) {
  constexpr std::string_view kWord = " every=";
  const std::size_t word = comment.find(kWord);
  if (word == std::string_view::npos) {
    return 0;
  }
  std::uint64_t every = 0;
  std::size_t at = word + kWord.size();
  for (; at < comment.size() && comment[at] >= '0' && comment[at] <= '9'; ++at) {
    every = std::min<std::uint64_t>(10 * every + static_cast<std::uint64_t>(comment[at] - '0'), kTooLong);
  }
  const bool isWhole = at == comment.size() ? comment.size() <= kHeartbeatLine : comment[at] == ' ';
  return isWhole && every < kTooLong ? static_cast<std::uint32_t>(every) : 0;
}

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

}  // namespace

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

// Keeps the beginning of a line whose end is in a later chunk.
const ParsedItem* Parser::holdPart(std::string_view part) {
  if (lineUse_ == LineUse::tooLong) {
    return nullptr;
  }
  if (line_.empty() && part.front() == ':') {
    lineUse_ = LineUse::comment;
  }
  if (lineUse_ == LineUse::content && line_.size() + part.size() > limits_.lineBytes) {
    lineUse_ = LineUse::tooLong;
    return dropLine();
  }
  append(part);
  if (line_.size() >= kLongLine) {
    line_.reserve(lastLong_ + 2 * kLongLine);
  }
  return nullptr;
}

// A comment may be of any length, and no more of it is looked at.
void Parser::append(std::string_view part) {
  line_.append(lineUse_ == LineUse::comment ? part.substr(0, kHeartbeatLine + 1 - line_.size()) : part);
}

const ParsedItem* Parser::finishLine(std::string_view part) {
  if (lineUse_ == LineUse::tooLong) {
    lineUse_ = LineUse::content;
    return nullptr;
  }
  if (line_.empty()) {
    return takeLine(part);
  }
  if (lineUse_ == LineUse::content && line_.size() + part.size() > limits_.lineBytes) {
    return dropLine();
  }
  append(part);
  lineUse_ = LineUse::content;
  if (line_.size() >= kLongLine) {
    lastLong_ = line_.size();
  }
  scratch_.push_front(std::move(line_));
  return takeLine(scratch_.front().view());
}

// The chunk may lie behind the line.
const ParsedItem* Parser::dropLine() {
  scratch_.push_front(std::move(line_));
  return drop(ErrorCode::lineTooLong, limits_.lineBytes);
}

const ParsedItem* Parser::takeLine(std::string_view line) {
  if (line.empty()) {
    return dispatch();
  }
  if (line.front() == ':') {
    if (isHeartbeat(line)) {
      ++heartbeats_;
      heartbeatEvery_ = everyIn(line.substr(0, kHeartbeatLine + 1));
    }
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
  if (valueIn(line, "raw")) {
    pending_.isRaw = true;
    return nullptr;
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
    event = giveEvent(pending_.type.release(scratch_), pending_.data.release(scratch_), committedId_, !ownId.empty());
  }
  pending_.clear();
  isBetweenBlocks_ = isWithinLimits_;
  return event;
}

void Parser::Pending::clear() {
  type.clear();
  id.clear();
  data.clear();
  hasId = false;
  hasData = false;
  isRaw = false;
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

}  // namespace millrace
