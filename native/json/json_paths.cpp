#include "json/json_paths.hpp"

#include "json/json_scan.hpp"

#include <algorithm>
#include <utility>

namespace millrace {
namespace {

constexpr std::size_t kMostPaths = 64;
constexpr std::size_t kMostParts = 32;
constexpr std::string_view kAny = "*";

std::vector<std::string> partsOf(std::string_view path) {
  std::vector<std::string> parts(1);
  for (const char character : path) {
    if (character == '.') {
      parts.emplace_back();
    } else {
      parts.back().push_back(character);
    }
  }
  return parts;
}

bool isNumber(std::string_view part) {
  return std::all_of(part.begin(), part.end(), [](char digit) { return digit >= '0' && digit <= '9'; });
}

// The whole value, or what is between a string's quotation marks.
SecretSpan spanOf(std::string_view json, std::size_t from, std::size_t to) {
  return json[from] == '"' ? SecretSpan{from + 1, to - 1, false} : SecretSpan{from, to, true};
}

}  // namespace

JsonPaths::JsonPaths(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    std::vector<std::string> parts = partsOf(path);
    if (paths_.size() == kMostPaths || parts.size() > kMostParts) {
      continue;
    }
    const auto named = std::find_if(parts.rbegin(), parts.rend(),
                                    [](const std::string& part) { return part != kAny && !isNumber(part); });
    concernsAll_ = concernsAll_ || named == parts.rend();
    if (named != parts.rend()) {
      needles_.push_back("\"" + *named + "\"");
    }
    paths_.push_back(std::move(parts));
  }
  std::sort(needles_.begin(), needles_.end());
  needles_.erase(std::unique(needles_.begin(), needles_.end()), needles_.end());
}

bool JsonPaths::mayConcern(std::string_view json) const {
  return concernsAll_ || std::any_of(needles_.begin(), needles_.end(), [json](const std::string& needle) {
           return json.find(needle) != std::string_view::npos;
         });
}

void JsonPaths::find(std::string_view json, std::vector<SecretSpan>& found) const {
  if (!paths_.empty() && mayConcern(json)) {
    const Live all = paths_.size() == kMostPaths ? ~Live{0} : (Live{1} << paths_.size()) - 1;
    walk({json, found}, skipSpace(json, 0), 0, all);
  }
}

// Goes no deeper than the longest path.
std::size_t JsonPaths::walk(const Walk& walk, std::size_t at, std::size_t depth, Live live) const {
  const std::string_view json = walk.json;
  if (at >= json.size() || live == 0 || endsHere(depth, live)) {
    const std::size_t end = valueEnd(json, at);
    const bool isWhole = at < end && (json[at] != '"' || end >= at + 2);
    if (live != 0 && isWhole) {
      walk.found.push_back(spanOf(json, at, end));
    }
    return end;
  }
  const bool isObject = json[at] == '{';
  if (!isObject && json[at] != '[') {
    return valueEnd(json, at);
  }
  std::size_t place = skipSpace(json, at + 1);
  for (std::size_t index = 0; place < json.size() && json[place] != '}' && json[place] != ']'; ++index) {
    std::string name = std::to_string(index);
    if (isObject) {
      const std::size_t end = valueEnd(json, place);
      if (json[place] != '"' || end < place + 2) {
        return end;  // no JSON
      }
      name = json.substr(place + 1, end - place - 2);
      place = skipSpace(json, skipSpace(json, end) + 1);
    }
    place = skipSpace(json, this->walk(walk, place, depth + 1, next(name, depth, live)));
    if (place >= json.size() || json[place] != ',') {
      break;
    }
    place = skipSpace(json, place + 1);
  }
  return std::min(place + 1, json.size());
}

bool JsonPaths::endsHere(std::size_t depth, Live live) const {
  for (std::size_t path = 0; path < paths_.size(); ++path) {
    if ((live >> path & 1U) != 0 && paths_[path].size() == depth) {
      return true;
    }
  }
  return false;
}

JsonPaths::Live JsonPaths::next(std::string_view name, std::size_t depth, Live live) const {
  Live still = 0;
  for (std::size_t path = 0; path < paths_.size(); ++path) {
    const std::vector<std::string>& parts = paths_[path];
    const bool isMeant =
        (live >> path & 1U) != 0 && depth < parts.size() && (parts[depth] == kAny || parts[depth] == name);
    still |= isMeant ? Live{1} << path : 0;
  }
  return still;
}

}  // namespace millrace
