#include "load/event_verifier.hpp"

#include <algorithm>
#include <charconv>

namespace bench {
namespace {

// The number behind the key, or -1. The keys stand at the beginning, so nothing is searched for in the padding.
std::int64_t numberBehind(std::string_view json, std::string_view key) {
  const auto found = json.substr(0, 96).find(key);
  if (found == std::string_view::npos)
    return -1;
  const char* const first = json.data() + found + key.size();
  std::int64_t value = -1;
  std::from_chars(first, json.data() + json.size(), value);
  return value;
}

}  // namespace

void EventVerifier::feed(std::string_view bytes, std::int64_t now, Tally& tally) {
  if (!begun_.empty()) {
    // The end may lie across the cut, so the last character from before is looked at again.
    const auto from = begun_.size() - 1;
    begun_.append(bytes.substr(0, kLongestBlock));
    const auto end = begun_.find("\n\n", from);
    if (end == std::string::npos) {
      if (begun_.size() <= kLongestBlock)
        return;
      ++tally.malformed;
      begun_.clear();
      return;
    }
    const std::string whole = begun_.substr(0, end + 1);
    bytes.remove_prefix(end + 2 - (from + 1));
    begun_.clear();
    block(whole, now, tally);
  }
  for (auto end = bytes.find("\n\n"); end != std::string_view::npos; end = bytes.find("\n\n")) {
    block(bytes.substr(0, end + 1), now, tally);
    bytes.remove_prefix(end + 2);
  }
  begun_.assign(bytes);
}

void EventVerifier::block(std::string_view text, std::int64_t now, Tally& tally) {
  // What Millrace says of its stream is none of the events that were published.
  if (text.starts_with("event: millrace."))
    return;
  std::size_t dataLines = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size() - 1);
    const auto line = text.substr(0, end);
    if (line.starts_with("data:") && ++dataLines == 1)
      data(line.substr(5), now, tally);
    text.remove_prefix(end + 1);
  }
  if (dataLines > 0)
    ++events_;
  if (dataLines > 1)
    ++tally.malformed;
}

void EventVerifier::data(std::string_view json, std::int64_t now, Tally& tally) {
  const auto channel = numberBehind(json, "\"c\":");
  const auto number = numberBehind(json, "\"n\":");
  const auto published = numberBehind(json, "\"t\":");
  if (channel < 0 || channel >= static_cast<std::int64_t>(kChannels) || number < 0 || published < 0) {
    ++tally.malformed;
    return;
  }
  auto& last = last_[static_cast<std::size_t>(channel)];
  if (number <= last)
    ++tally.repeated;
  else
    tally.lost += static_cast<std::uint64_t>(number - last - 1);
  last = std::max(last, number);
  tally.latency.add(now - published);
}

}  // namespace bench
