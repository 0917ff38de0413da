#include "io/engine/channel_document.hpp"

#include "core/wire/encoder.hpp"
#include "core/wire/type_hash.hpp"

#include <algorithm>
#include <utility>

namespace millrace {

ChannelDocument::ChannelDocument(const DocumentTypes& types) : snapshotType_(types.snapshot) {
  changes_ = {typeHash(types.snapshot), typeHash(types.patch)};
  for (const std::string& type : types.changes) {
    changes_.push_back(typeHash(type));
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
  EventFields fields;
  fields.type = snapshotType_;
  fields.data = json;
  std::string event;
  static_cast<void>(encodeEvent(fields, event));  // the type was checked
  dataFrom_ = event.find(json);
  dataSize_ = json.size();
  mostBytes_ = json.size();
  text_ = std::make_shared<const std::string>(std::move(event));
}

}  // namespace millrace
