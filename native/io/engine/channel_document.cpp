#include "io/engine/channel_document.hpp"

#include "core/wire/encoder.hpp"
#include "core/wire/type_hash.hpp"
#include "json/json_members.hpp"
#include "json/json_structure.hpp"

#include <algorithm>
#include <utility>

namespace millrace {

namespace {

// The members of these names that the object has, as an object.
std::string pickMembers(std::string_view object, const std::vector<std::string>& names) {
  JsonMembers members;
  std::string picked = "{";
  if (members.read(object)) {
    for (const std::string& name : names) {
      if (const JsonChild* const member = members.find(name)) {
        picked.append(picked.size() == 1 ? "" : ",").append(name).append(":").append(member->value);
      }
    }
  }
  return picked.append("}");
}

void appendEvent(std::string_view type, std::string_view json, std::string& out) {
  EventFields fields;
  fields.type = type;
  fields.data = json;
  static_cast<void>(encodeEvent(fields, out));  // the type was checked
}

}  // namespace

ChannelDocument::ChannelDocument(const DocumentTypes& types) : snapshotType_(types.snapshot), parts_(types.parts) {
  changes_ = {typeHash(types.snapshot), typeHash(types.patch)};
  for (const std::string& type : types.changes) {
    changes_.push_back(typeHash(type));
  }
  for (const DocumentPart& part : types.parts) {
    changes_.push_back(typeHash(part.type));
  }
}

std::string_view ChannelDocument::json() {
  const SharedText text = this->text();  // which keeps it
  return text == nullptr ? std::string_view() : std::string_view(*text).substr(dataFrom_, dataSize_);
}

void ChannelDocument::set(std::string_view json) {
  document_.reset();
  encode(json);
}

bool ChannelDocument::canTake(std::size_t patchBytes) {
  if (!document_) {
    document_ = JsonDocument::parse(json());
  }
  if (mostBytes_ + patchBytes > kMostBytes) {
    mostBytes_ = json().size();  // patches may have made it smaller
  }
  return document_ && mostBytes_ + patchBytes <= kMostBytes;
}

void ChannelDocument::patch(JsonDocument patch, std::size_t patchBytes) {
  document_->merge(std::move(patch));
  mostBytes_ += patchBytes;
  text_.reset();
}

SharedText ChannelDocument::text() {
  if (text_ == nullptr && document_) {
    encode(document_->text());
  }
  return text_;
}

bool ChannelDocument::isChangedBy(std::uint64_t typeHash) const {
  return std::find(changes_.begin(), changes_.end(), typeHash) != changes_.end();
}

// JSON has no line ends, so the document is one piece of the event.
void ChannelDocument::encode(std::string_view json) {
  std::string events;
  appendEvent(snapshotType_, json, events);
  dataFrom_ = events.find(json);
  dataSize_ = json.size();
  mostBytes_ = json.size();
  for (const DocumentPart& part : parts_) {
    appendEvent(part.type, pickMembers(json, part.members), events);
  }
  text_ = std::make_shared<const std::string>(std::move(events));
}

}  // namespace millrace
