#include "json/truncate.hpp"

#include "json/json_outline.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

namespace millrace {
namespace {

using Value = JsonOutline::Value;
using Kind = JsonOutline::Kind;

constexpr std::string_view kEllipsis = "\xe2\x80\xa6";
// Less than that says nothing of a value.
constexpr std::size_t kLeastShare = 32;
constexpr std::size_t kFewElements = 16;

std::string cutMark(std::size_t count, std::string_view what) {
  return std::string(kEllipsis) + "[cut " + std::to_string(count) + " " + std::string(what) + "]";
}

// How many bytes the first character takes, an escape of JSON being one.
std::size_t characterSize(std::string_view text) {
  const auto isEscape = [](std::string_view at, char second) {
    return at.size() >= 6 && at[0] == '\\' && at[1] == 'u' && (at[2] | 0x20) == 'd' && (at[3] | 0x20) >= second &&
           (at[3] | 0x20) <= (second == 'c' ? 'f' : 'b');
  };
  const auto first = static_cast<unsigned char>(text.front());
  if (first == '\\') {
    const bool isHigh = isEscape(text, '8') || (isEscape(text, '0') && text[3] >= '8');
    const std::size_t size = text.size() > 1 && text[1] == 'u' ? 6 : 2;
    return isHigh && isEscape(text.substr(std::min(size, text.size())), 'c') ? 2 * size : size;
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

class Truncation {
 public:
  Truncation(const JsonOutline& outline, const std::vector<std::string>& keep) : outline_(outline), keep_(keep) {}

  // Appends the value in at most so many bytes, of which there are four at least.
  void fit(const Value& value, std::size_t bytes) {
    if (value.size() <= bytes) {
      out_.append(outline_.textOf(value));
      return;
    }
    switch (value.kind) {
      case Kind::string: {
        const std::string_view text = outline_.textOf(value);
        out_.append("\"").append(cutCharacters(text.substr(1, text.size() - 2), bytes - 2)).append("\"");
        break;
      }
      case Kind::object:
        fitObject(value, bytes);
        break;
      case Kind::array:
        fitArray(value, bytes);
        break;
      case Kind::other:
        out_.append("null");
        break;
      case Kind::deep:
        fitMark(cutMark(value.size(), "bytes"), bytes);
        break;
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void fitMark(const std::string& mark, std::size_t bytes) {
    out_.append(mark.size() + 2 <= bytes ? "\"" + mark + "\"" : "null");
  }

  [[nodiscard]] bool isKept(const Value& member) const {
    const std::string_view quoted = outline_.keyOf(member);
    const std::string_view key = quoted.substr(1, quoted.size() - 2);
    constexpr std::string_view kAlways[] = {"message", "level", "timestamp", "id"};
    return std::find(std::begin(kAlways), std::end(kAlways), key) != std::end(kAlways) || key.ends_with("Id") ||
           key.ends_with("_id") || std::find(keep_.begin(), keep_.end(), key) != keep_.end();
  }

  struct Member {
    const Value* value = nullptr;
    bool isKept = false;
    bool isChosen = false;
    std::size_t beside = 0;  // what it takes beside its value: its name, a colon, and a comma
  };

  [[nodiscard]] std::vector<Member> membersOf(const Value& object) const {
    std::vector<Member> members;
    members.reserve(object.children);
    for (const Value* const value : outline_.childrenOf(object)) {
      members.push_back({value, isKept(*value), false, outline_.keyOf(*value).size() + 2});
    }
    return members;
  }

  // The names alone may be too much: then members go that are not kept, from the last one on, and after them the others. Gives how
  // many stay.
  static std::size_t choose(std::vector<Member>& members, std::size_t bytes, std::size_t markSize) {
    std::size_t least = 2;
    std::size_t count = 0;
    for (const bool kept : {true, false}) {
      for (Member& member : members) {
        if (member.isKept != kept) {
          continue;
        }
        const std::size_t more = member.beside + std::min(member.value->size(), kLeastShare);
        if (least + more + (count + 1 < members.size() ? markSize : 0) > bytes) {
          return count;
        }
        least += more;
        member.isChosen = true;
        ++count;
      }
    }
    return count;
  }

  void fitObject(const Value& object, std::size_t bytes) {
    std::vector<Member> members = membersOf(object);
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
        left -= std::min(left, member.beside);
        (member.isKept ? kept : others).push_back(member.value->size());
        leastOthers += member.isKept ? 0 : std::min(member.value->size(), kLeastShare);
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
        out_.append(isFirst ? "" : ",").append(outline_.keyOf(*member.value)).push_back(':');
        fit(*member.value, member.isKept ? keptLevel : level);
        isFirst = false;
      }
    }
    if (!isWhole && 2 + markSize <= bytes) {
      out_.append(isFirst ? "" : ",").append(markOf(members.size() - count));
    }
    out_.push_back('}');
  }

  void fitArray(const Value& array, std::size_t bytes) {
    const std::vector<const Value*> elements = outline_.childrenOf(array);
    const std::size_t overhead = 1 + elements.size();  // brackets and commas
    if (elements.size() <= kFewElements && bytes >= overhead + elements.size() * kLeastShare) {
      std::vector<std::size_t> sizes;
      sizes.reserve(elements.size());
      for (const Value* const element : elements) {
        sizes.push_back(element->size());
      }
      const std::size_t level = waterLevel(std::move(sizes), bytes - overhead);
      out_.push_back('[');
      for (const Value* const element : elements) {
        out_.append(element == elements.front() ? "" : ",");
        fit(*element, level);
      }
      out_.push_back(']');
      return;
    }
    const std::string mark = "\"" + cutMark(elements.size(), "items") + "\"";
    if (bytes < 2 + mark.size()) {
      out_.append("[]");
      return;
    }
    std::size_t left = bytes - 2 - mark.size();
    const std::size_t most = std::max(left / 8, kLeastShare);  // of one element
    std::size_t count = 0;
    out_.push_back('[');
    for (; count < elements.size(); ++count) {
      const std::size_t share = std::min(elements[count]->size(), most);
      if (share + 1 > left) {
        break;
      }
      fit(*elements[count], share);
      out_.push_back(',');
      left -= share + 1;
    }
    if (count < elements.size()) {
      out_.append("\"").append(cutMark(elements.size() - count, "items")).append("\"");
    } else {
      out_.pop_back();  // the comma
    }
    out_.push_back(']');
  }

  const JsonOutline& outline_;
  const std::vector<std::string>& keep_;
  std::string out_;
};

}  // namespace

std::optional<std::string> truncateJson(std::string_view json, std::size_t bytes,
                                        const std::vector<std::string>& keep) {
  const std::optional<JsonOutline> outline = JsonOutline::of(json);
  if (!outline) {
    return std::nullopt;
  }
  Truncation truncation(*outline, keep);
  truncation.fit(outline->root(), bytes);
  return truncation.take();
}

std::string truncateText(std::string_view text, std::size_t bytes) {
  const std::string mark = cutMark(text.size(), "bytes");
  std::size_t end = std::min(bytes - std::min(bytes, mark.size()), text.size());
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) {
    --end;
  }
  return text.size() <= bytes ? std::string(text)
                              : std::string(text.substr(0, end)) + cutMark(text.size() - end, "bytes");
}

}  // namespace millrace
