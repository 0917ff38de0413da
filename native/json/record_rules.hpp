#pragma once

#include "json/text_kind.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

// The types of JSON Schema (2020-12, validation, 6.1.1).
enum class JsonType : std::uint8_t { any, string, number, integer, boolean, object, array };

[[nodiscard]] std::string_view jsonTypeName(JsonType type);

// What a member of a record may be.
struct MemberRule {
  std::string name{};
  JsonType type = JsonType::any;
  bool isRequired = false;
  std::vector<std::string> allowed{};  // texts without quotation marks and backslashes; empty: any
  double minimum = -std::numeric_limits<double>::infinity();
  std::size_t minLength = 0;  // of a text, in characters
};

// The records of one type of event.
struct RecordRule {
  std::string type;
  std::vector<MemberRule> members;
};

// Why data is no such record.
struct RecordFault {
  std::string member;   // which one it is about; "event": the event's type
  std::string message;  // a sentence that says what is allowed
};

// The events that a channel takes, and what their data must be: a JSON object with these members. Others may be there, too.
class RecordRules {
 public:
  RecordRules() = default;
  explicit RecordRules(std::vector<RecordRule> rules) : rules_(std::move(rules)) {}

  // Every event is taken.
  [[nodiscard]] bool areNone() const { return rules_.empty(); }
  // None: it is one.
  [[nodiscard]] std::optional<RecordFault> faultOf(std::string_view type, std::string_view data, TextKind kind) const;

 private:
  std::vector<RecordRule> rules_;
};

}  // namespace millrace
