#include "io/engine/channel_document.hpp"

#include "core/base/text_fields.hpp"
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

void appendTexts(const std::vector<std::string>& texts, std::string& to) {
  appendNumber(texts.size(), to);
  for (const std::string& text : texts) {
    appendText(text, to);
  }
}

std::vector<std::string> readTexts(TextFields& from) {
  std::vector<std::string> texts;
  for (std::uint64_t left = from.number(); left > 0 && from.isRight(); --left) {
    texts.emplace_back(from.text());
  }
  return texts;
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

std::shared_ptr<ChannelDocument> ChannelDocument::restore(std::string_view whole,
                                                          const std::vector<std::string_view>& patches) {
  TextFields fields(whole);
  DocumentTypes types;
  types.snapshot = fields.text();
  types.patch = fields.text();
  types.changes = readTexts(fields);
  for (std::uint64_t left = fields.number(); left > 0 && fields.isRight(); --left) {
    std::string type(fields.text());
    types.parts.push_back({std::move(type), readTexts(fields)});
  }
  std::optional<JsonDocument> json = fields.isRight() ? JsonDocument::parse(fields.rest()) : std::nullopt;
  if (!json) {
    return nullptr;
  }
  for (const std::string_view patch : patches) {
    std::optional<JsonDocument> read = JsonDocument::parse(patch);
    if (!read) {
      return nullptr;
    }
    json->merge(std::move(*read));
  }
  auto document = std::make_shared<ChannelDocument>(types);
  document->set(patches.empty() ? encodeDocument(types, fields.rest()) : encodeDocument(types, json->text()));
  document->read(std::move(*json));
  return document;
}

std::string ChannelDocument::whole() const {
  std::string whole;
  if (isBlank()) {
    return whole;
  }
  appendText(types_.snapshot, whole);
  appendText(types_.patch, whole);
  appendTexts(types_.changes, whole);
  appendNumber(types_.parts.size(), whole);
  for (const DocumentPart& part : types_.parts) {
    appendText(part.type, whole);
    appendTexts(part.members, whole);
  }
  return whole.append(encoded_.events == nullptr && document_ ? document_->text() : encoded_.json());
}

const EncodedDocument& ChannelDocument::encoded() {
  if (encoded_.events == nullptr && document_) {
    encoded_ = encodeDocument(types_, document_->text());
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

// --- what is held back

void ChannelDocument::keepShown(std::string_view change, bool isWhole) {
  if (held_ == nullptr) {
    held_ = std::make_unique<Held>();
    held_->shown = encoded();
  }
  held_->changes.push_back({std::string(change), isWhole});
}

void ChannelDocument::hold(std::uint64_t change) {
  if (held_ != nullptr && !held_->changes.empty()) {
    held_->changes.back().number = change;
  }
}

void ChannelDocument::settle(std::uint64_t change, bool isStored) {
  if (held_ == nullptr || held_->changes.empty() || held_->changes.front().number != change) {
    return;
  }
  Change settled = std::move(held_->changes.front());
  held_->changes.pop_front();
  selections_.clear();
  if (isStored) {
    held_->settled.push_back(std::move(settled));
  } else {
    set(changed(shown(), {held_->changes.begin(), held_->changes.end()}));
  }
  if (held_->changes.empty()) {
    held_.reset();
  }
}

const EncodedDocument& ChannelDocument::shown() {
  if (held_ == nullptr) {
    return encoded();
  }
  if (!held_->settled.empty()) {
    held_->shown = changed(held_->shown, held_->settled);
    held_->settled.clear();
  }
  return held_->shown;
}

EncodedDocument ChannelDocument::changed(const EncodedDocument& before, const std::vector<Change>& changes) const {
  std::optional<JsonDocument> json = before.events == nullptr ? std::nullopt : JsonDocument::parse(before.json());
  for (const Change& change : changes) {
    std::optional<JsonDocument> next = JsonDocument::parse(change.json);
    if (change.isWhole || !json) {
      json = std::move(next);
    } else if (next) {
      json->merge(std::move(*next));
    }
  }
  return json ? encodeDocument(types_, json->text()) : EncodedDocument();
}

// --- changes

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
  selections_.clear();
}

// Shared by all who want the same of them.
SharedText ChannelDocument::textOf(const std::vector<std::uint64_t>& types) {
  const EncodedDocument& all = shown();
  if (all.events == nullptr) {
    return nullptr;
  }
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
