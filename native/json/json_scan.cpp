#include "json/json_scan.hpp"

#include <algorithm>
#include <cstring>

namespace millrace {

bool isEscaped(std::string_view json, std::size_t at) {
  std::size_t backslashes = 0;
  while (backslashes < at && json[at - 1 - backslashes] == '\\') {
    ++backslashes;
  }
  return backslashes % 2 == 1;
}

std::size_t stringEnd(std::string_view json, std::size_t at) {
  for (std::size_t from = at; from < json.size();) {
    const void* const found = std::memchr(json.data() + from, '"', json.size() - from);
    if (found == nullptr) {
      break;
    }
    const auto quote = static_cast<std::size_t>(static_cast<const char*>(found) - json.data());
    if (!isEscaped(json.substr(at), quote - at)) {
      return quote;
    }
    from = quote + 1;
  }
  return json.size();
}

std::size_t valueEnd(std::string_view json, std::size_t at) {
  std::size_t depth = 0;
  std::size_t place = at;
  while (place < json.size()) {
    switch (json[place]) {
      case '"':
        place = std::min(stringEnd(json, place + 1) + 1, json.size());
        break;
      case '{':
      case '[':
        ++depth;
        ++place;
        continue;
      case '}':
      case ']':
        if (depth == 0) {
          return place;
        }
        --depth;
        ++place;
        break;
      case ',':
      case ':':
      case ' ':
      case '\t':
      case '\r':
      case '\n':
        if (depth == 0) {
          return place;
        }
        ++place;
        continue;
      default:
        place = std::min(json.find_first_of("\"{}[],: \t\r\n", place), json.size());
        break;
    }
    if (depth == 0) {
      return place;
    }
  }
  return place;
}

std::size_t skipSpace(std::string_view json, std::size_t at) {
  return std::min(json.find_first_not_of(" \t\r\n", at), json.size());
}

bool StringTracker::isWithin(std::size_t at) {
  while (open_ < at) {
    end_ = end_ == 0 ? stringEnd(json_, open_ + 1) : end_;
    if (at <= end_) {
      return true;
    }
    open_ = json_.find('"', end_ + 1);
    end_ = 0;
  }
  return false;
}

}  // namespace millrace
