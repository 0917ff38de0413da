#include "addon/document_object.hpp"

#include "addon/convert.hpp"
#include "addon/hub_results.hpp"
#include "json/json_difference.hpp"

#include <optional>
#include <utility>

namespace millrace {
namespace {

EventFields eventOf(std::string_view type, std::string_view data) {
  EventFields fields;
  fields.type = type;
  fields.data = data;
  return fields;
}

}  // namespace

Napi::Function DocumentObject::define(Napi::Env env) {
  return DefineClass(env, "Document",
                     {
                         InstanceMethod("exists", &DocumentObject::giving<&DocumentObject::exists>),
                         InstanceMethod("json", &DocumentObject::giving<&DocumentObject::json>),
                         InstanceMethod("set", &DocumentObject::giving<&DocumentObject::set>),
                         InstanceMethod("patch", &DocumentObject::giving<&DocumentObject::patch>),
                         InstanceMethod("clear", &DocumentObject::doing<&DocumentObject::clear>),
                     });
}

DocumentObject::DocumentObject(const Napi::CallbackInfo& info)
    : Door<DocumentObject>(info),
      hub_(throwingToJs(info.Env(), [&] { return Engine::process().hub(toText(info[0], "hub")); })) {
  throwingToJs(info.Env(), [&] {
    key_ = toText(info[1], "channel");
    const Napi::Object types = toObject(info[2], "types");
    types_.snapshot = toText(types.Get("snapshot"), "snapshot");
    types_.patch = toText(types.Get("patch"), "patch");
    types_.changes = toTexts(types.Get("changes"), "changes");
    const Napi::Object parts = toObject(types.Get("parts"), "parts");
    for (const std::string& type : toTexts(parts.GetPropertyNames(), "parts")) {
      types_.parts.push_back({type, toTexts(parts.Get(type), "part")});
    }
  });
}

Napi::Value DocumentObject::exists(const Napi::CallbackInfo& info) {
  if (!isThere()) {
    return toJs(info.Env(), kStoreFailed);
  }
  const bool exists = Engine::process().with(hub_, [&](Hub& hub, Instant) { return documentIn(hub) != nullptr; });
  return Napi::Boolean::New(info.Env(), exists);
}

Napi::Value DocumentObject::json(const Napi::CallbackInfo& info) {
  if (!isThere()) {
    return toJs(info.Env(), kStoreFailed);
  }
  const EncodedDocument document = standing().encoded;
  return document.events == nullptr ? info.Env().Null() : Napi::Value(toJs(info.Env(), document.json()));
}

// What others see of it is the difference, or all of it where that is shorter or cannot be said by a patch. The difference is found without the
// lock, and again where another thread has changed the document meanwhile; at last it is all of it.
Napi::Value DocumentObject::set(const Napi::CallbackInfo& info) {
  constexpr int kMostDifferences = 5;
  std::string json = toText(info[0], "json");
  const ContentChange change = shape(json);
  if (json.size() > ChannelDocument::kMostBytes) {
    return toJs(info.Env(), std::string_view("documentTooLarge"));
  }
  if (!isThere()) {
    return toJs(info.Env(), kStoreFailed);
  }
  Receipt receipt;
  std::optional<WriteOutcome> outcome;
  for (int differences = 0; !outcome; ++differences) {
    const Standing before = standing();
    if (before.encoded.events != nullptr && before.encoded.json() == json) {
      return info.Env().Null();
    }
    const bool mayDiffer = before.encoded.events != nullptr && differences < kMostDifferences;
    const std::optional<std::string> difference =
        mayDiffer ? jsonDifference(before.encoded.json(), json) : std::nullopt;
    const bool isPatch = difference && difference->size() < json.size();
    const EventFields event = isPatch ? eventOf(types_.patch, *difference) : eventOf(types_.snapshot, json);
    EncodedDocument next = encodeDocument(before.document == nullptr ? types_ : before.document->types(), json);
    outcome = Engine::process().with(hub_, [&](Hub& hub, Instant now) -> std::optional<WriteOutcome> {
      std::shared_ptr<ChannelDocument> document = documentIn(hub);
      const bool isAsBefore =
          document == before.document && (document == nullptr || document->encoded().events == before.encoded.events);
      if (isPatch && !isAsBefore) {
        return std::nullopt;
      }
      const WriteOutcome published = hub.publish(key_, event, {}, now, receipt);
      if (published != WriteOutcome::written) {
        return published;
      }
      document = document != nullptr ? document : std::make_shared<ChannelDocument>(types_);
      if (hub.states().isHeld(key_)) {
        document->keepShown(isPatch ? std::string_view(*difference) : std::string_view(json), !isPatch);
      }
      document->set(std::move(next));
      return hub.states().set(key_, document, isPatch ? std::string_view(*difference) : std::string_view(), now);
    });
  }
  count(*outcome, change);
  return toJs(info.Env(), *outcome, receipt);
}

// The second to the fourth argument are the event's; without data, the patch is its data. With the fifth, the document is `{}` before.
Napi::Value DocumentObject::patch(const Napi::CallbackInfo& info) {
  std::string text = toText(info[0], "patch");
  const ContentChange change = shape(text);
  std::optional<JsonDocument> patch = JsonDocument::parse(text);
  if (!patch) {
    return toJs(info.Env(), std::string_view("invalidPatch"));
  }
  const bool hasData = isGiven(info[2]);
  const std::string type = isGiven(info[1]) ? toText(info[1], "event") : types_.patch;
  std::string data = hasData ? toText(info[2], "data") : text;
  const ContentChange dataChange = hasData ? shape(data) : change;
  const PublishTexts more = isGiven(info[3]) ? toPublishTexts(toObject(info[3], "options")) : PublishTexts();
  const PublishOptions options = more.options(false);
  const bool isWhole = isGiven(info[4]) && toFlag(info[4], "isWhole");
  if (!isThere()) {
    return toJs(info.Env(), kStoreFailed);
  }
  if (!isWhole) {
    readDocument();
  }
  Receipt receipt;
  bool isTooLarge = false;
  const WriteOutcome outcome = Engine::process().with(hub_, [&](Hub& hub, Instant now) {
    const bool isHeld = hub.states().isHeld(key_);
    const std::shared_ptr<ChannelDocument> known = documentIn(hub);
    std::shared_ptr<ChannelDocument> next = isWhole ? nullptr : known;
    if (next == nullptr) {
      next = std::make_shared<ChannelDocument>(types_);
      next->set(encodeDocument(types_, "{}"));
    }
    isTooLarge = !next->canTake(text.size());
    if (isTooLarge) {
      return WriteOutcome::empty;
    }
    const WriteOutcome published = hub.publish(key_, eventOf(type, data), options, now, receipt);
    if (published != WriteOutcome::written) {
      return published;
    }
    // A new one takes the place of the one that is shown, unless that is to be shown for a while.
    const bool isNew = next != known;
    const std::shared_ptr<ChannelDocument> document = !isNew || !isHeld  ? next
                                                      : known != nullptr ? known
                                                                         : std::make_shared<ChannelDocument>(types_);
    if (isHeld && !isNew) {
      document->keepShown(text, false);
    }
    next->patch(std::move(*patch), text.size());
    if (isHeld && isNew) {
      document->keepShown(next->encoded().json(), true);
      document->set(next->encoded());
    }
    return hub.states().set(key_, document, isNew ? std::string_view() : std::string_view(text), now);
  });
  if (isTooLarge) {
    return toJs(info.Env(), std::string_view("documentTooLarge"));
  }
  count(outcome, dataChange);
  return toJs(info.Env(), outcome, receipt);
}

void DocumentObject::clear(const Napi::CallbackInfo&) {
  static_cast<void>(Engine::process().store(hub_).ensureOpen());
  Engine::process().with(hub_, [&](Hub& hub, Instant now) { hub.states().clear(key_, now); });
}

// The hub can be used, and a document that only its store had is in memory now.
bool DocumentObject::isThere() const {
  HubStore& store = Engine::process().store(hub_);
  return store.ensureOpen() && store.warmDocument(key_);
}

DocumentObject::Standing DocumentObject::standing() const {
  return Engine::process().with(hub_, [&](Hub& hub, Instant) -> Standing {
    const std::shared_ptr<ChannelDocument> document = documentIn(hub);
    return {document, document == nullptr ? EncodedDocument() : document->encoded()};
  });
}

// A document that was set is taken apart for its first patch: without the lock, for it may be large.
void DocumentObject::readDocument() const {
  const EncodedDocument unread = Engine::process().with(hub_, [&](Hub& hub, Instant) {
    const std::shared_ptr<ChannelDocument> document = documentIn(hub);
    return document != nullptr && document->isUnread() ? document->encoded() : EncodedDocument();
  });
  if (unread.events == nullptr) {
    return;
  }
  std::optional<JsonDocument> read = JsonDocument::parse(unread.json());
  if (!read) {
    return;  // which patch() finds out, too
  }
  Engine::process().with(hub_, [&](Hub& hub, Instant) {
    const std::shared_ptr<ChannelDocument> document = documentIn(hub);
    if (document != nullptr && document->isUnread() && document->encoded().events == unread.events) {
      document->read(std::move(*read));
    }
  });
}

std::shared_ptr<ChannelDocument> DocumentObject::documentIn(Hub& hub) const {
  std::shared_ptr<ChannelDocument> document = std::dynamic_pointer_cast<ChannelDocument>(hub.states().of(key_));
  return document == nullptr || document->isBlank() ? nullptr : document;
}

ContentChange DocumentObject::shape(std::string& json) {
  std::string noKey;
  return content_.shape({key_, {}, json, TextKind::json, noKey, false, false}).change;
}

void DocumentObject::count(WriteOutcome outcome, const ContentChange& change) {
  if (outcome == WriteOutcome::written) {
    content_.count(key_, change);
  }
}

}  // namespace millrace
