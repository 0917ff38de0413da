#include "json/truncate.hpp"

#include "json/json_structure.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

namespace millrace {
namespace {

constexpr std::string_view kEllipsis = "\xe2\x80\xa6";
// Less than that says nothing of a value.
constexpr std::size_t kLeastShare = 32;
constexpr std::size_t kFewElements = 16;
// What lies deeper is not looked into: each level is read once more.
constexpr std::size_t kGreatestDepth = 100;

std::string cutMark(std::size_t count, std::string_view what) {
  return std::string(kEllipsis) + "[cut " + std::to_string(count) + " " + std::string(what) + "]";
}

std::string quotedMark(std::size_t bytes) { return "\"" + cutMark(bytes, "bytes") + "\""; }

// How many bytes the first character takes, an escape of JSON being one.
std::size_t characterSize(std::string_view text) {
  const auto isSurrogate = [](std::string_view at, char first, char last) {
    const char third = at.size() < 6 ? '\0' : static_cast<char>(at[3] | 0x20);
    return at.starts_with("\\u") && third != '\0' && (at[2] | 0x20) == 'd' && third >= first && third <= last;
  };
  const auto first = static_cast<unsigned char>(text.front());
  if (first == '\\') {
    const std::size_t size = text.starts_with("\\u") ? 6 : 2;
    const bool isHigh = isSurrogate(text, '8', '9') || isSurrogate(text, 'a', 'b');
    return isHigh && isSurrogate(text.substr(std::min(size, text.size())), 'c', 'f') ? 2 * size : size;
  }
  return first < 0xc0 ? 1 : (first < 0xe0 ? 2 : (first < 0xf0 ? 3 : 4));
}

// The longest beginning of whole characters in so many bytes.
std::size_t wholeCharacters(std::string_view text, std::size_t bytes) {
  std::size_t end = 0;
  for (std::size_t next = 0; next <= bytes && next < text.size(); next += characterSize(text.substr(next))) {
    end = next;
  }
  return end;
}

// What is between the quotation marks, cut.
std::string cutCharacters(std::string_view content, std::size_t bytes) {
  const std::string mark = cutMark(content.size(), "bytes");  // what is cut is no more than that
  if (bytes < mark.size()) {
    return std::string(content.substr(0, wholeCharacters(content, bytes)));
  }
  const std::size_t end = wholeCharacters(content, bytes - mark.size());
  return std::string(content.substr(0, end)) + cutMark(content.size() - end, "bytes");
}

// The share of each if all of them together may have so much: none gets more than it needs, and what it leaves is the others'.
std::size_t waterLevel(std::vector<std::size_t> sizes, std::size_t bytes) {
  std::sort(sizes.begin(), sizes.end());
  for (std::size_t at = 0; at < sizes.size(); ++at) {
    const std::size_t share = bytes / (sizes.size() - at);
    if (sizes[at] > share) {
      return share;
    }
    bytes -= sizes[at];
  }
  return sizes.empty() ? bytes : sizes.back();
}

struct Member {
  JsonChild child;
  bool isKept = false;
  bool isChosen = false;

  // What it takes beside its value: its name, a colon, and a comma.
  [[nodiscard]] std::size_t beside() const { return child.key.size() + 2; }
};

class Truncation {
 public:
  explicit Truncation(const std::vector<std::string>& keep) : keep_(keep) {}

  // Appends the value in at most so many bytes, from kLeastShare on.
  void fit(std::string_view value, std::size_t bytes, std::size_t depth) {
    if (value.size() <= bytes) {
      out_.append(value);
      return;
    }
    const JsonKind kind = jsonKindOf(value);
    const bool isContainer = kind == JsonKind::object || kind == JsonKind::array;
    if (kind == JsonKind::string) {
      out_.append("\"").append(cutCharacters(value.substr(1, value.size() - 2), bytes - 2)).append("\"");
    } else if (!isContainer) {
      out_.append("null");
    } else if (depth >= kGreatestDepth) {
      const std::string mark = quotedMark(value.size());
      out_.append(mark.size() <= bytes ? mark : "null");
    } else if (kind == JsonKind::object) {
      fitObject(value, bytes, depth);
    } else {
      fitArray(value, bytes, depth);
    }
  }

  std::string take() { return std::move(out_); }

 private:
  [[nodiscard]] bool isKept(std::string_view quoted) const {
    const std::string_view key = quoted.substr(1, quoted.size() - 2);
    constexpr std::string_view kAlways[] = {"message", "level", "timestamp", "id"};
    return std::find(std::begin(kAlways), std::end(kAlways), key) != std::end(kAlways) || key.ends_with("Id") ||
           key.ends_with("_id") || std::find(keep_.begin(), keep_.end(), key) != keep_.end();
  }

  // The names alone may be too much: then members go that do not fit in, and those that are kept last. Gives how many stay.
  static std::size_t choose(std::vector<Member>& members, std::size_t bytes, std::size_t markSize) {
    std::size_t allKept = 2 + markSize;
    for (const Member& member : members) {
      allKept += member.isKept ? member.beside() + member.child.value.size() : 0;
    }
    std::size_t least = 2;
    std::size_t count = 0;
    for (const bool kept : {true, false}) {
      const bool areWhole = kept && allKept <= bytes;  // then nothing of them is for others
      for (Member& member : members) {
        const std::size_t size = member.child.value.size();
        const std::size_t more = member.beside() + (areWhole ? size : std::min(size, kLeastShare));
        if (member.isKept == kept && least + more + (count + 1 < members.size() ? markSize : 0) <= bytes) {
          least += more;
          member.isChosen = true;
          ++count;
        }
      }
    }
    return count;
  }

  void fitObject(std::string_view object, std::size_t bytes, std::size_t depth) {
    std::vector<Member> members;
    JsonChildren children(object);
    while (const JsonChild* const child = children.next()) {
      members.push_back({*child, isKept(child->key)});
    }
    const auto markOf = [](std::size_t count) {
      return "\"" + std::string(kEllipsis) + "\":\"" + cutMark(count, "members") + "\"";
    };
    const std::size_t markSize = markOf(members.size()).size();
    const std::size_t count = choose(members, bytes, markSize);
    const bool isWhole = count == members.size();
    std::size_t left = bytes - std::min(bytes, 2 + (isWhole ? 0 : markSize));
    std::size_t leastOthers = 0;
    std::vector<std::size_t> kept;
    std::vector<std::size_t> others;
    for (const Member& member : members) {
      if (member.isChosen) {
        const std::size_t size = member.child.value.size();
        left -= std::min(left, member.beside());
        (member.isKept ? kept : others).push_back(size);
        leastOthers += member.isKept ? 0 : std::min(size, kLeastShare);
      }
    }
    const std::size_t keptLevel = waterLevel(kept, left - std::min(left, leastOthers));
    for (const std::size_t size : kept) {
      left -= std::min({left, size, keptLevel});
    }
    const std::size_t level = waterLevel(std::move(others), left);
    out_.push_back('{');
    bool isFirst = true;
    for (const Member& member : members) {
      if (member.isChosen) {
        out_.append(isFirst ? "" : ",").append(member.child.key).push_back(':');
        fit(member.child.value, member.isKept ? keptLevel : level, depth + 1);
        isFirst = false;
      }
    }
    if (!isWhole && 2 + markSize <= bytes) {
      out_.append(isFirst ? "" : ",").append(markOf(members.size() - count));
    }
    out_.push_back('}');
  }

  // The few elements of a short one are cut alike; of a long one the first stay, and the others are not looked at.
  void fitArray(std::string_view array, std::size_t bytes, std::size_t depth) {
    std::vector<std::string_view> first;
    std::vector<std::size_t> sizes;
    JsonChildren elements(array);
    while (first.size() <= kFewElements) {
      const JsonChild* const element = elements.next();
      if (element == nullptr) {
        break;
      }
      first.push_back(element->value);
      sizes.push_back(element->value.size());
    }
    const std::size_t overhead = 1 + first.size();  // brackets and commas
    const bool isShort = first.size() <= kFewElements && bytes >= overhead + first.size() * kLeastShare;
    if (!isShort) {
      fitLongArray(array, bytes, depth);
      return;
    }
    const std::size_t level = waterLevel(std::move(sizes), bytes - overhead);
    out_.push_back('[');
    for (const std::string_view& element : first) {
      out_.append(&element == &first.front() ? "" : ",");
      fit(element, level, depth + 1);
    }
    out_.push_back(']');
  }

  void fitLongArray(std::string_view array, std::size_t bytes, std::size_t depth) {
    const std::size_t markSize = quotedMark(array.size()).size();
    if (bytes < 2 + markSize) {
      out_.append("[]");
      return;
    }
    std::size_t left = bytes - 2 - markSize;
    const std::size_t most = std::max(left / 8, kLeastShare);  // of one element
    out_.push_back('[');
    JsonChildren elements(array);
    const JsonChild* element = elements.next();
    for (; element != nullptr; element = elements.next()) {
      const std::size_t share = std::min(element->value.size(), most);
      if (share + 1 > left) {
        break;
      }
      fit(element->value, share, depth + 1);
      out_.push_back(',');
      left -= share + 1;
    }
    if (element != nullptr) {
      const auto at = static_cast<std::size_t>(element->value.data() - array.data());
      out_.append(quotedMark(array.size() - at - 1));
    } else {
      out_.pop_back();  // the comma
    }
    out_.push_back(']');
  }

  const std::vector<std::string>& keep_;
  std::string out_;
};

}  // namespace

std::string truncateJson(std::string_view json, std::size_t bytes, const std::vector<std::string>& keep) {
  Truncation truncation(keep);
  truncation.fit(json, bytes, 0);
  return truncation.take();
}

std::string truncateText(std::string_view text, std::size_t bytes) {
  const std::string mark = cutMark(text.size(), "bytes");
  std::size_t end = std::min(bytes - std::min(bytes, mark.size()), text.size());
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) {
    --end;
  }
  return text.size() <= bytes ? std::string(text)
                              : std::string(text.substr(0, end)) + cutMark(text.size() - end, "bytes");
}

}  // namespace millrace
