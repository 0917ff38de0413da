#include "core/session/chunk_tally.hpp"

#include "core/wire/notice.hpp"

#include <cstdint>
#include <cstring>

namespace millrace {
namespace {

// Eight characters, to be compared as one number.
std::uint64_t wordAt(const char* text) {
  std::uint64_t word = 0;
  std::memcpy(&word, text, sizeof word);
  return word;
}

// How many bytes the name has, with its closing quote; 0 for other names. Ten bytes can be read.
std::size_t sizeOfName(const char* name) {
  const std::uint64_t word = wordAt(name);
  const bool isTimestamp = word == wordAt("timestam") && name[8] == 'p';
  const std::size_t size = isTimestamp ? 9 : 8;
  return (isTimestamp || word == wordAt("uptimeMs")) && name[size] == '"' ? size + 1 : 0;
}

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
  constexpr std::size_t kNameBytes = 10;
  for (; data.size() > kNameBytes; data.remove_prefix(1)) {
    const std::size_t nameSize = data.front() == '"' ? sizeOfName(data.data() + 1) : 0;
    bool hasColon = false;
    bool hasDigit = false;
    double number = 0;
    for (std::size_t at = nameSize + 1; nameSize > 0 && at < data.size(); ++at) {
      const auto character = static_cast<unsigned char>(data[at]);
      if (hasColon && character >= '0' && character <= '9') {
        number = number * 10 + (character - '0');
        hasDigit = true;
      } else if (character == ':' && !hasColon) {
        hasColon = true;
      } else if (hasDigit || character > ' ') {
        break;
      }
    }
    if (hasDigit) {
      return number;
    }
  }
  return std::nullopt;
}

}  // namespace millrace
