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

// JSON has no line ends, so the document is one piece of its event.
EncodedDocument encodeDocument(const DocumentTypes& types, std::string_view json) {
  std::string events;
  appendEvent(types.snapshot, json, events);
  const std::size_t from = events.find(json);
  std::vector<EncodedDocument::Event> parts{{typeHash(types.snapshot), events.size()}};
  for (const DocumentPart& part : types.parts) {
    appendEvent(part.type, pickMembers(json, part.members), events);
    parts.push_back({typeHash(part.type), events.size()});
  }
  return {std::make_shared<const std::string>(std::move(events)), from, json.size(), std::move(parts)};
}

ChannelDocument::ChannelDocument(const DocumentTypes& types) : types_(types) {
  changes_ = {typeHash(types.snapshot), typeHash(types.patch)};
  for (const std::string& type : types.changes) {
    changes_.push_back(typeHash(type));
  }
  for (const DocumentPart& part : types.parts) {
    changes_.push_back(typeHash(part.type));
  }
}

const EncodedDocument& ChannelDocument::encoded() {
  if (encoded_.events == nullptr && document_) {
    encoded_ = encodeDocument(types_, document_->text());
    selections_.clear();
    mostBytes_ = encoded_.size;
  }
  return encoded_;
}

void ChannelDocument::set(EncodedDocument document) {
  document_.reset();
  mostBytes_ = document.size;
  encoded_ = std::move(document);
  selections_.clear();
}

bool ChannelDocument::canTake(std::size_t patchBytes) {
  if (!document_) {
    document_ = JsonDocument::parse(encoded().json());
  }
  if (mostBytes_ + patchBytes > kMostBytes) {
    mostBytes_ = encoded().size;  // patches may have made it smaller
  }
  return document_ && mostBytes_ + patchBytes <= kMostBytes;
}

void ChannelDocument::patch(JsonDocument patch, std::size_t patchBytes) {
  document_->merge(std::move(patch));
  mostBytes_ += patchBytes;
  encoded_ = {};
}

// Shared by all who want the same of them.
SharedText ChannelDocument::textOf(const std::vector<std::uint64_t>& types) {
  const EncodedDocument& all = encoded();
  std::vector<bool> wanted;
  wanted.reserve(all.parts.size());
  for (const EncodedDocument::Event& part : all.parts) {
    wanted.push_back(std::find(types.begin(), types.end(), part.typeHash) != types.end());
  }
  if (std::find(wanted.begin(), wanted.end(), false) == wanted.end()) {
    return all.events;
  }
  if (std::find(wanted.begin(), wanted.end(), true) == wanted.end()) {
    return nullptr;
  }
  SharedText& selection = selections_[wanted];
  if (selection == nullptr) {
    std::string events;
    std::size_t begin = 0;
    for (std::size_t at = 0; at < wanted.size(); ++at) {
      const std::size_t end = all.parts[at].end;
      events.append(wanted[at] ? std::string_view(*all.events).substr(begin, end - begin) : "");
      begin = end;
    }
    selection = std::make_shared<const std::string>(std::move(events));
  }
  return selection;
}

bool ChannelDocument::isChangedBy(std::uint64_t typeHash) const {
  return std::find(changes_.begin(), changes_.end(), typeHash) != changes_.end();
}

}  // namespace millrace
