#include "json/json_difference.hpp"

#include "json/json_document.hpp"
#include "json/json_members.hpp"
#include "json/json_structure.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>
#include <vector>

namespace millrace {
namespace {

constexpr std::size_t kGreatestDepth = JsonDocument::kGreatestDepth;

bool isNull(std::string_view value) { return value == "null"; }
bool isObject(std::string_view value) { return jsonKindOf(value) == JsonKind::object; }

// Appends members of an object.
class ObjectText {
 public:
  explicit ObjectText(std::string& text) : text_(text) { text_ += '{'; }

  // The value is to be appended to text().
  std::string& add(std::string_view key) {
    text_ += std::exchange(isFirst_, false) ? "" : ",";
    text_ += key;
    text_ += ':';
    return text_;
  }
  void end() { text_ += '}'; }

 private:
  std::string& text_;
  bool isFirst_ = true;
};

// Whether a patch can give a member this value where there was no object: it would take a null within as one that goes.
bool canBecome(std::string_view value, std::size_t depth) {
  if (!isObject(value)) {
    return !isNull(value);
  }
  if (value.find("null") == std::string_view::npos) {
    return true;
  }
  JsonMembers members;
  return depth < kGreatestDepth && members.read(value) &&
         std::all_of(members.all().begin(), members.all().end(),
                     [depth](const JsonChild& member) { return canBecome(member.value, depth + 1); });
}

// Where two texts begin to differ, and how much is the same at their ends.
struct Difference {
  Difference(std::string_view from, std::string_view to) {
    const std::size_t most = std::min(from.size(), to.size());
    while (begin + kBlock <= most && std::memcmp(from.data() + begin, to.data() + begin, kBlock) == 0) {
      begin += kBlock;
    }
    while (begin < most && from[begin] == to[begin]) {
      ++begin;
    }
    const auto isSame = [&](std::size_t atEnd, std::size_t bytes) {
      return atEnd <= most - begin &&
             std::memcmp(from.data() + from.size() - atEnd, to.data() + to.size() - atEnd, bytes) == 0;
    };
    while (isSame(sameAtEnd + kBlock, kBlock)) {
      sameAtEnd += kBlock;
    }
    while (isSame(sameAtEnd + 1, 1)) {
      ++sameAtEnd;
    }
  }

  std::size_t begin = 0;
  std::size_t sameAtEnd = 0;

 private:
  static constexpr std::size_t kBlock = 64;
};

// An object that a place of a text lies in, and the member there.
struct Level {
  std::size_t member = 0;  // where it begins
  std::string_view key;
};

// The objects around a place, from the outermost on, as far as there is no array among them.
std::vector<Level> levelsAt(std::string_view json, std::size_t place) {
  std::vector<Level> levels;
  std::size_t arrays = 0;  // and what lies in them
  JsonStructure structure(json);
  for (std::size_t at = structure.next(); at < place; at = structure.next()) {
    const char mark = json[at];
    if (arrays > 0 || mark == '[') {
      arrays += mark == '{' || mark == '[' ? 1 : 0;
      arrays -= mark == '}' || mark == ']' ? 1 : 0;
    } else if (mark == '{') {
      levels.push_back({at + 1, {}});
    } else if (mark == '}') {
      levels.pop_back();
      if (levels.empty()) {
        break;  // no JSON
      }
    } else if (mark == ',') {
      levels.back() = {at + 1, {}};
    } else {
      levels.back().key = json.substr(levels.back().member, at - levels.back().member);
    }
  }
  return levels;
}

// Behind the member of an object that holds the place, or is the first one behind it: from `member`, where one begins. The text's end
// where it is none.
std::size_t memberEnd(std::string_view json, std::size_t member, std::size_t place) {
  JsonStructure structure(json);
  structure.skipTo(member);
  std::size_t depth = 0;
  for (std::size_t at = structure.next(); at != std::string_view::npos; at = structure.next()) {
    const char mark = json[at];
    const bool closes = mark == '}' || mark == ']';
    if (depth == 0 && (closes || (mark == ',' && at >= place))) {
      return at < place ? json.size() : at;
    }
    depth += mark == '{' || mark == '[' ? 1 : 0;
    depth -= closes ? 1 : 0;
  }
  return json.size();
}

bool writeDifference(std::string_view from, std::string_view to, std::size_t depth, std::string& patch);

// Of all members.
bool compareMembers(std::string_view from, std::string_view to, std::size_t depth, std::string& patch) {
  JsonMembers before;
  JsonMembers after;
  if (depth >= kGreatestDepth || !before.read(from) || !after.read(to)) {
    return false;
  }
  ObjectText object(patch);
  for (const JsonChild& member : before.all()) {
    if (after.find(member.key) == nullptr) {
      object.add(member.key) += "null";
    }
  }
  for (const JsonChild& member : after.all()) {
    const JsonChild* const old = before.find(member.key);
    if (old != nullptr && old->value == member.value) {
      continue;
    }
    std::string& text = object.add(member.key);
    if (old != nullptr && isObject(old->value) && isObject(member.value)) {
      if (!writeDifference(old->value, member.value, depth + 1, text)) {
        return false;
      }
    } else if (canBecome(member.value, depth + 1)) {
      text += member.value;
    } else {
      return false;
    }
  }
  object.end();
  return true;
}

std::string asObject(std::string_view json, std::size_t from, std::size_t to) {
  return "{" + std::string(json.substr(from, to - from)) + "}";
}

// Only the innermost object in which everything lies that differs is compared member by member, and of it the members there.
bool writeDifference(std::string_view from, std::string_view to, std::size_t depth, std::string& patch) {
  const Difference difference(from, to);
  std::vector<Level> levels = levelsAt(to, difference.begin);
  for (; levels.size() > 1; levels.pop_back()) {
    const std::size_t member = levels.back().member;
    const std::size_t fromEnd = memberEnd(from, member, from.size() - difference.sameAtEnd);
    const std::size_t toEnd = memberEnd(to, member, to.size() - difference.sameAtEnd);
    const bool holdsAll = fromEnd < from.size() && from.size() - fromEnd == to.size() - toEnd;
    if (!holdsAll) {
      continue;
    }
    for (std::size_t level = 0; level + 1 < levels.size(); ++level) {
      patch += "{" + std::string(levels[level].key) + ":";
    }
    const bool isWritten =
        compareMembers(asObject(from, member, fromEnd), asObject(to, member, toEnd), depth + levels.size(), patch);
    patch.append(levels.size() - 1, '}');
    return isWritten;
  }
  return compareMembers(from, to, depth, patch);
}

}  // namespace

std::optional<std::string> jsonDifference(std::string_view from, std::string_view to) {
  if (from == to) {
    return "{}";
  }
  std::string patch;
  const bool isWritten = isObject(from) && isObject(to) && writeDifference(from, to, 0, patch);
  return isWritten ? std::optional(std::move(patch)) : std::nullopt;
}

}  // namespace millrace
