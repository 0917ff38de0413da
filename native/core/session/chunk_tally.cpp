#include "core/session/chunk_tally.hpp"

#include "core/wire/notice.hpp"

namespace millrace {
namespace {

const char* skipSpace(const char* at, const char* end) {
  while (at != end && static_cast<unsigned char>(*at) <= ' ') {
    ++at;
  }
  return at;
}

constexpr std::string_view kUptimeName = "\"uptimeMs\"";
constexpr std::string_view kTimestampName = "\"timestamp\"";

bool isDigit(char character) { return character >= '0' && character <= '9'; }

}  // namespace

void ChunkTally::begin(std::size_t comments) {
  commentsBefore_ = comments;
  heartbeatEvents_ = 0;
  events_ = 0;
  sentMs_.reset();
}

void ChunkTally::add(const ParsedItem& event) {
  if (event.type.starts_with(kNoticeTypes)) {
    return;
  }
  if (event.type == heartbeatType_.view()) {
    ++heartbeatEvents_;
    sentMs_ = sentMsIn(event.data);
  } else {
    ++events_;
  }
}

std::optional<double> sentMsIn(std::string_view data) {
  const char* at = data.data();
  const char* const end = at + data.size();
  while (at != end) {
    const std::string_view rest(at, static_cast<std::size_t>(end - at));
    const std::string_view name = rest.starts_with(kUptimeName) ? kUptimeName : kTimestampName;
    ++at;
    if (!rest.starts_with(name)) {
      continue;
    }
    const char* value = skipSpace(rest.data() + name.size(), end);
    if (value == end || *value != ':') {
      continue;
    }
    value = skipSpace(value + 1, end);
    if (value == end || !isDigit(*value)) {
      continue;
    }
    double number = 0;
    for (; value != end && isDigit(*value); ++value) {
      number = number * 10 + (*value - '0');
    }
    return number;
  }
  return std::nullopt;
}

}  // namespace millrace
