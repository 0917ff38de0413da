#include "core/hub/heartbeat_template.hpp"

#include <cstddef>

namespace millrace {
namespace {

struct Value {
  std::string text;
  bool isText = false;
};

// Whole milliseconds as seconds.
std::string seconds(std::int64_t millis) {
  std::string text = std::to_string(millis / 1000);
  const std::string rest = std::to_string(1000 + millis % 1000).substr(1);
  const std::size_t last = rest.find_last_not_of('0');
  return last == std::string::npos ? text : text + "." + rest.substr(0, last + 1);
}

std::optional<Value> valueOf(std::string_view name, const HeartbeatFields& fields) {
  const auto number = [](auto value) { return Value{std::to_string(value), false}; };
  if (name == "n") {
    return number(fields.n);
  }
  if (name == "streamId") {
    return Value{"s" + std::to_string(fields.streamId), true};
  }
  if (name == "uptimeMs") {
    return number(fields.uptimeMs);
  }
  if (name == "uptimeSeconds") {
    return Value{seconds(fields.uptimeMs), false};
  }
  if (name == "events") {
    return number(fields.events);
  }
  if (name == "bytes") {
    return number(fields.bytes);
  }
  if (name == "channels") {
    return number(fields.channels);
  }
  if (name == "everyMs") {
    return number(fields.everyMs);
  }
  if (name == "remainingMs") {
    return fields.remainingMs ? number(*fields.remainingMs) : Value{"null", false};
  }
  if (name == "remainingSeconds") {
    return Value{fields.remainingMs ? seconds(*fields.remainingMs) : "null", false};
  }
  return std::nullopt;
}

}  // namespace

std::string filledHeartbeat(std::string_view text, const HeartbeatFields& fields) {
  std::string filled;
  std::size_t copied = 0;
  for (std::size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
    const std::size_t close = text.find('}', open);
    const std::optional<Value> value =
        close == std::string_view::npos ? std::nullopt : valueOf(text.substr(open + 1, close - open - 1), fields);
    if (!value) {
      continue;
    }
    const bool isWhole = open > copied && text[open - 1] == '"' && close + 1 < text.size() && text[close + 1] == '"';
    const bool dropsQuotes = isWhole && !value->isText;
    filled += text.substr(copied, open - copied - (dropsQuotes ? 1 : 0));
    filled += value->text;
    copied = close + 1 + (dropsQuotes ? 1 : 0);
  }
  filled += text.substr(copied);
  return filled;
}

}  // namespace millrace
