#include "json/json_document.hpp"

#include "json/json_members.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

namespace millrace {

// The members of an object, in their places.
struct JsonDocument::Object {
  struct Member {
    std::string key;  // with its quotation marks
    Value value;
  };

  // Null: there is none.
  [[nodiscard]] Value* find(std::string_view key) {
    constexpr std::size_t kFew = 8;
    if (members.size() <= kFew) {
      const auto found =
          std::find_if(members.begin(), members.end(), [key](const Member& member) { return member.key == key; });
      return found == members.end() ? nullptr : &found->value;
    }
    if (places.empty()) {
      for (std::size_t at = 0; at < members.size(); ++at) {
        places.emplace(members[at].key, at);
      }
    }
    const auto found = places.find(std::string(key));
    return found == places.end() ? nullptr : &members[found->second].value;
  }

  Value& add(std::string_view key) {
    if (!places.empty()) {
      places.emplace(key, members.size());
    }
    return members.emplace_back(Member{std::string(key), {}}).value;
  }

  void remove(std::string_view key) {
    std::erase_if(members, [key](const Member& member) { return member.key == key; });
    places.clear();
  }

  std::vector<Member> members;
  std::unordered_map<std::string, std::size_t> places;  // made when one of many is looked up
};

JsonDocument::Value::Value() = default;
JsonDocument::Value::Value(Value&&) noexcept = default;
JsonDocument::Value& JsonDocument::Value::operator=(Value&&) noexcept = default;
JsonDocument::Value::~Value() = default;

bool JsonDocument::Value::read(std::string_view json, std::size_t depth) {
  if (jsonKindOf(json) != JsonKind::object) {
    text = json;
    return !json.empty();
  }
  JsonMembers members;
  if (depth >= kGreatestDepth || !members.read(json)) {
    return false;
  }
  object = std::make_unique<Object>();
  object->members.reserve(members.all().size());
  return std::all_of(members.all().begin(), members.all().end(),
                     [&](const JsonChild& member) { return object->add(member.key).read(member.value, depth + 1); });
}

// Section 2 of the RFC.
void JsonDocument::Value::merge(Value&& patch) {
  if (patch.object == nullptr) {
    *this = std::move(patch);
    return;
  }
  if (object == nullptr) {
    text.clear();
    object = std::make_unique<Object>();
  }
  for (Object::Member& member : patch.object->members) {
    const bool goes = member.value.object == nullptr && member.value.text == "null";
    Value* const known = object->find(member.key);
    if (goes && known != nullptr) {
      object->remove(member.key);
    } else if (!goes) {
      (known != nullptr ? *known : object->add(member.key)).merge(std::move(member.value));
    }
  }
}

void JsonDocument::Value::write(std::string& to) const {
  if (object == nullptr) {
    to += text;
    return;
  }
  to += '{';
  for (const Object::Member& member : object->members) {
    to += &member == object->members.data() ? "" : ",";
    to += member.key;
    to += ':';
    member.value.write(to);
  }
  to += '}';
}

std::optional<JsonDocument> JsonDocument::parse(std::string_view json) {
  JsonDocument document;
  return document.root_.read(json, 0) ? std::optional(std::move(document)) : std::nullopt;
}

std::string JsonDocument::text() const {
  std::string text;
  root_.write(text);
  return text;
}

}  // namespace millrace
