#include "json/record_rules.hpp"

#include "json/json_members.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace millrace {
namespace {

constexpr std::string_view kDefaultType = "message";
constexpr std::size_t kMostShown = 60;  // bytes of a value, in a message

std::string listed(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) {
    list.append(list.empty() ? "" : ", ").append(text);
  }
  return list;
}

// What of a value is said: a text or a number itself, of the others what they are.
std::string shown(std::string_view value) {
  switch (jsonKindOf(value)) {
    case JsonKind::object:
      return "an object";
    case JsonKind::array:
      return "an array";
    case JsonKind::string:
    case JsonKind::other:
      break;
  }
  if (value.size() <= kMostShown) {
    return std::string(value);
  }
  return jsonKindOf(value) == JsonKind::string ? "a text of " + std::to_string(value.size() - 2) + " bytes"
                                               : "a long number";
}

std::string_view within(std::string_view quoted) { return quoted.substr(1, quoted.size() - 2); }

// Code points of a string as JSON writes it: an escape is one, and so are the two escapes of a surrogate pair.
std::size_t charactersIn(std::string_view text) {
  constexpr std::size_t kUnicodeEscape = 6;
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size(); ++characters) {
    if (text[at] == '\\') {
      const bool isUnicode = text.substr(at, 2) == "\\u";
      const bool isPair = isUnicode && text.size() > at + 3 && (text[at + 2] | 0x20) == 'd' &&
                          std::string_view("89abAB").find(text[at + 3]) != std::string_view::npos &&
                          text.substr(std::min(text.size(), at + kUnicodeEscape), 2) == "\\u";
      at += isPair ? 2 * kUnicodeEscape : isUnicode ? kUnicodeEscape : 2;
    } else {
      ++at;
      while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U) {
        ++at;
      }
    }
  }
  return characters;
}

std::optional<double> numberOf(std::string_view value) {
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool isWhole = end == value.data() + value.size();
  if (!isWhole || error == std::errc::invalid_argument || value.empty()) {
    return std::nullopt;
  }
  // Beyond a double: its sign is what counts for a bound.
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return error == std::errc::result_out_of_range ? (value.front() == '-' ? -kInfinity : kInfinity) : number;
}

bool isOfType(std::string_view value, JsonType type) {
  const JsonKind kind = jsonKindOf(value);
  switch (type) {
    case JsonType::any:
      return true;
    case JsonType::string:
      return kind == JsonKind::string;
    case JsonType::object:
      return kind == JsonKind::object;
    case JsonType::array:
      return kind == JsonKind::array;
    case JsonType::boolean:
      return value == "true" || value == "false";
    case JsonType::number:
      return kind == JsonKind::other && numberOf(value).has_value();
    case JsonType::integer:
      break;
  }
  const std::optional<double> number = kind == JsonKind::other ? numberOf(value) : std::nullopt;
  return number && std::trunc(*number) == *number;
}

// What a member must be, to be read behind "must be ".
std::string demandOf(const MemberRule& rule) {
  if (!rule.allowed.empty()) {
    return "one of " + listed(rule.allowed);
  }
  const std::string_view article =
      rule.type == JsonType::object || rule.type == JsonType::array || rule.type == JsonType::integer ? "an " : "a ";
  std::string demand = rule.type == JsonType::any ? "any value" : std::string(article).append(jsonTypeName(rule.type));
  if (std::isfinite(rule.minimum)) {
    std::array<char, 32> least{};
    const auto [end, error] = std::to_chars(least.data(), least.data() + least.size(), rule.minimum + 0.0);
    demand.append(" of at least ").append(least.data(), error == std::errc() ? end : least.data());
  }
  if (rule.minLength > 0) {
    demand.append(rule.minLength == 1 ? " that is not empty"
                                      : " of at least " + std::to_string(rule.minLength) + " characters");
  }
  return demand;
}

bool isAllowed(std::string_view value, const MemberRule& rule) {
  if (!rule.allowed.empty()) {
    return jsonKindOf(value) == JsonKind::string &&
           std::find(rule.allowed.begin(), rule.allowed.end(), within(value)) != rule.allowed.end();
  }
  if (!isOfType(value, rule.type)) {
    return false;
  }
  if (jsonKindOf(value) == JsonKind::string && charactersIn(within(value)) < rule.minLength) {
    return false;
  }
  const std::optional<double> number = std::isfinite(rule.minimum) ? numberOf(value) : std::nullopt;
  return !number || *number >= rule.minimum;
}

std::optional<RecordFault> faultOf(JsonMembers& members, const MemberRule& rule) {
  const JsonChild* const member = members.find('"' + rule.name + '"');
  if (member == nullptr) {
    return rule.isRequired
               ? std::optional(RecordFault{rule.name, rule.name + " is missing: it must be " + demandOf(rule)})
               : std::nullopt;
  }
  if (isAllowed(member->value, rule)) {
    return std::nullopt;
  }
  return RecordFault{rule.name, rule.name + " must be " + demandOf(rule) + ", not " + shown(member->value)};
}

}  // namespace

std::string_view jsonTypeName(JsonType type) {
  switch (type) {
    case JsonType::any:
      break;
    case JsonType::string:
      return "string";
    case JsonType::number:
      return "number";
    case JsonType::integer:
      return "integer";
    case JsonType::boolean:
      return "boolean";
    case JsonType::object:
      return "object";
    case JsonType::array:
      return "array";
  }
  return "";
}

std::optional<RecordFault> RecordRules::faultOf(std::string_view type, std::string_view data, TextKind kind) const {
  if (rules_.empty()) {
    return std::nullopt;
  }
  const std::string_view name = type.empty() ? kDefaultType : type;
  const auto rule = std::find_if(rules_.begin(), rules_.end(), [&](const RecordRule& one) { return one.type == name; });
  if (rule == rules_.end()) {
    std::vector<std::string> types;
    types.reserve(rules_.size());
    for (const RecordRule& one : rules_) {
      types.push_back(one.type);
    }
    return RecordFault{
        "event", "event must be one of " + listed(types) + ", not \"" + std::string(name.substr(0, kMostShown)) + '"'};
  }
  JsonMembers members;
  if (kind != TextKind::json || !members.read(data)) {
    return RecordFault{"data", "data must be an object"};
  }
  for (const MemberRule& member : rule->members) {
    if (std::optional<RecordFault> fault = millrace::faultOf(members, member)) {
      return fault;
    }
  }
  return std::nullopt;
}

}  // namespace millrace
