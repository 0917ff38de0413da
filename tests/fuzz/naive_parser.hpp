#pragma once

#include "core/session/receiver.hpp"
#include "fuzz/owned_item.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::test {

// Whether the bytes are UTF-8: decodes each code point, then looks whether it may be there in that length.
inline bool isUtf8(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const auto lead = static_cast<unsigned char>(bytes[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead >> 5U == 6 ? 2 : lead >> 4U == 14 ? 3 : lead >> 3U == 30 ? 4 : 0;
    if (length == 0 || at + length > bytes.size()) {
      return false;
    }
    std::uint32_t point = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t next = 1; next < length; ++next) {
      const auto byte = static_cast<unsigned char>(bytes[at + next]);
      if (byte >> 6U != 2) {
        return false;
      }
      point = point << 6U | (byte & 0x3FU);
    }
    const std::size_t shortest = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (length != shortest || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) {
      return false;
    }
    at += length;
  }
  return true;
}

// What a Receiver does, written again from tests/vectors/README.md in the slowest and plainest way: whole streams, and
// everything computed anew at each line.
class NaiveParser {
 public:
  explicit NaiveParser(ReceiverOptions options) : options_(std::move(options)) {}

  // All that one connection brought.
  std::vector<OwnedItem> connection(const std::string& bytes) {
    items_.clear();
    block_ = {};
    isOurs_ = false;
    for (Known& known : window_) {
      known.repeats = known.times;
    }
    std::string text = bytes;
    if (text == "\xEF" || text == "\xEF\xBB") {
      return {};  // it may become a byte order mark
    }
    if (text.substr(0, 3) == "\xEF\xBB\xBF") {
      text.erase(0, 3);
    }
    std::string line;
    for (std::size_t at = 0; at < text.size(); ++at) {
      const bool isCrlf = text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n';
      if (text[at] != '\r' && text[at] != '\n') {
        line += text[at];
        continue;
      }
      takeLine(line);
      line.clear();
      at += isCrlf ? 1 : 0;
    }
    if (isTooLong(line)) {
      drop("LINE_TOO_LONG", options_.limits.lineBytes);
    }
    return items_;
  }

  [[nodiscard]] const std::string& lastEventId() const { return lastEventId_; }
  [[nodiscard]] std::size_t heartbeats() const { return heartbeats_; }

 private:
  struct Block {
    std::string type;
    std::optional<std::string> id;
    std::vector<std::string> data;
    bool isRaw = false;
    bool isDropped = false;

    [[nodiscard]] std::string text() const {
      std::string joined;
      for (const std::string& line : data) {
        joined += line + "\n";
      }
      return joined.substr(0, joined.empty() ? 0 : joined.size() - 1);
    }
  };

  [[nodiscard]] bool isTooLong(const std::string& line) const {
    return line.substr(0, 1) != ":" && line.size() > options_.limits.lineBytes;
  }

  void takeLine(const std::string& line) {
    if (line.empty()) {
      endBlock();
      return;
    }
    if (isTooLong(line)) {
      drop("LINE_TOO_LONG", options_.limits.lineBytes);
      return;
    }
    const std::size_t colon = line.find(':');
    heartbeats_ += line.rfind(":heartbeat", 0) == 0 || line.rfind(": heartbeat", 0) == 0 ? 1 : 0;
    const std::string field = line.substr(0, colon);
    std::string value = colon == std::string::npos ? "" : line.substr(colon + 1);
    if (value.substr(0, 1) == " ") {
      value.erase(0, 1);
    }
    if (field == "retry" && !value.empty() && value.find_first_not_of("0123456789") == std::string::npos) {
      takeRetry(value);
    }
    if (field == "data") {
      block_.data.push_back(value);
    }
    block_.isRaw = block_.isRaw || field == "raw";
    if (field == "event") {
      block_.type = value;
    }
    if (field == "id" && value.find('\0') == std::string::npos) {
      block_.id = value;
    }
    if (block_.text().size() + block_.type.size() + block_.id.value_or("").size() > options_.limits.eventBytes) {
      drop("EVENT_TOO_LARGE", options_.limits.eventBytes);
    }
  }

  void takeRetry(std::string digits) {
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
    const bool isLarge = digits.size() > 10 || (digits.size() == 10 && digits > "4294967295");
    items_.push_back(retryItem(isLarge ? 4294967295U : static_cast<std::uint32_t>(std::stoul(digits))));
  }

  void drop(const char* code, std::size_t limit) {
    if (!block_.isDropped) {
      items_.push_back(errorItem(code, limit));
    }
    block_.isDropped = true;
  }

  void endBlock() {
    const Block block = block_;
    block_ = {};
    lastEventId_ = block.id.value_or(lastEventId_);
    const std::string type = block.type.empty() ? "message" : block.type;
    if (block.isDropped || block.data.empty()) {
      return;
    }
    isOurs_ = isOurs_ || type == "millrace.begin";
    if (isRepeat({block.id.value_or(""), isOurs_ ? "" : type, isOurs_ ? "" : block.text(), isOurs_}) ||
        !options_.types.passes(type)) {
      return;
    }
    if (!isUtf8(block.text()) || !isUtf8(block.type) || !isUtf8(block.id.value_or(""))) {
      items_.push_back(errorItem("INVALID_UTF8", 0));
    }
    OwnedItem item = eventItem(type, block.text(), lastEventId_);
    item.isRaw = block.isRaw;
    items_.push_back(item);
  }

  // What an event is known by.
  struct Known {
    std::string id;
    std::string type;
    std::string data;
    bool isOurs = false;
    int times = 1;
    int repeats = 0;  // that this connection may yet bring

    [[nodiscard]] bool isSame(const Known& other) const {
      return id == other.id && type == other.type && data == other.data && isOurs == other.isOurs;
    }
  };

  bool isRepeat(const Known& event) {
    if (event.id.empty() || options_.dedup == 0) {
      return false;
    }
    for (Known& known : window_) {
      if (known.isSame(event)) {
        const bool isRepeat = known.repeats > 0;
        known.times += isRepeat ? 0 : 1;
        known.repeats -= isRepeat ? 1 : 0;
        return isRepeat;
      }
    }
    window_.push_back(event);
    if (window_.size() > options_.dedup) {
      window_.pop_front();
    }
    return false;
  }

  ReceiverOptions options_;
  std::vector<OwnedItem> items_;
  Block block_;
  std::string lastEventId_;
  std::size_t heartbeats_ = 0;
  std::deque<Known> window_;
  bool isOurs_ = false;
};

}  // namespace millrace::test
