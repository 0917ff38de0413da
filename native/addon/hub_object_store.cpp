#include "addon/convert.hpp"
#include "addon/given.hpp"
#include "addon/hub_object.hpp"
#include "addon/hub_results.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace millrace {
namespace {

std::string_view nameOf(HubStore::Configured configured) {
  switch (configured) {
    case HubStore::Configured::used:
      return "used";
    case HubStore::Configured::different:
      return "different";
    case HubStore::Configured::done:
      break;
  }
  return "done";
}

std::string_view nameOf(StoredState state) {
  switch (state) {
    case StoredState::stored:
      return "stored";
    case StoredState::lost:
      return "lost";
    case StoredState::waiting:
      break;
  }
  return "waiting";
}

}  // namespace

Napi::Value HubObject::setStore(const Napi::CallbackInfo& info) {
  StoreSettings settings;
  settings.file = toText(info[0], "file");
  settings.batchEvery = toMillis(info[1], "batchMs");
  return toJs(info.Env(), nameOf(store_.configure(settings)));
}

Napi::Value HubObject::hasStore(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), store_.isConfigured());
}

Napi::Value HubObject::hasStored(const Napi::CallbackInfo& info) {
  const std::string key = toText(info[0], "key");
  const bool hasStored = store_.ensureOpen() && with([&](Hub& hub, Instant) { return hub.durable().hasStored(key); });
  return Napi::Boolean::New(info.Env(), hasStored);
}

Napi::Value HubObject::beganBehind(const Napi::CallbackInfo& info) {
  const std::uint64_t number = with([&](Hub& hub, Instant) { return hub.durable().beganBehind(); });
  return Napi::Number::New(info.Env(), static_cast<double>(number));
}

void HubObject::restStore(const Napi::CallbackInfo&) { store_.rest(); }

Napi::Value HubObject::storeFault(const Napi::CallbackInfo& info) { return toJs(info.Env(), store_.fault()); }

Napi::Value HubObject::storeHealth(const Napi::CallbackInfo& info) {
  const StoreHealth health = store_.health();
  const Napi::Object object = Napi::Object::New(info.Env());
  object.Set("isFailing", Napi::Boolean::New(info.Env(), health.isFailing));
  object.Set("failures", Napi::Number::New(info.Env(), static_cast<double>(health.failures)));
  object.Set("message", toJs(info.Env(), health.message));
  object.Set("setAside", toJs(info.Env(), health.setAside));
  return object;
}

Napi::Value HubObject::storedState(const Napi::CallbackInfo& info) {
  const std::uint64_t sequence = toWhole(info[0], "sequence");
  const StoredState state = with([&](Hub& hub, Instant) { return hub.durable().stateOf(sequence); });
  return toJs(info.Env(), nameOf(state));
}

// The newest number of the hub, or null while something waits in the channel because of its policy.
Napi::Value HubObject::newestOf(const Napi::CallbackInfo& info) {
  const std::string key = toText(info[0], "key");
  const auto newest = with([&](Hub& hub, Instant) -> std::optional<std::uint64_t> {
    return hub.census().isHolding(key) ? std::nullopt : std::optional(hub.durable().newest());
  });
  return newest ? Napi::Value(Napi::Number::New(info.Env(), static_cast<double>(*newest))) : info.Env().Null();
}

void HubObject::awaitStored(const Napi::CallbackInfo& info) {
  Engine::process().awaitStored(static_cast<OwnerId>(toWhole(info[0], "environment")));
}

Napi::Value HubObject::forget(const Napi::CallbackInfo& info) {
  const std::string key = toText(info[0], "key");
  const bool isOpen = store_.ensureOpen();
  with([&](Hub& hub, Instant now) {
    hub.states().clear(key, now);
    hub.durable().forget(key, now);
  });
  return Napi::Boolean::New(info.Env(), isOpen);
}

Napi::Value HubObject::closeChannel(const Napi::CallbackInfo& info) {
  const std::string key = toText(info[0], "key");
  if (!store_.ensureOpen()) {
    return toJs(info.Env(), kStoreFailed);
  }
  const WriteOutcome outcome = with([&](Hub& hub, Instant now) { return hub.states().close(key, now); });
  return toJs(info.Env(), refusalName(outcome));
}

// The channels that have a document, and whose names begin so, in order.
Napi::Value HubObject::documentKeys(const Napi::CallbackInfo& info) {
  const std::string prefix = toText(info[0], "prefix");
  if (!store_.ensureOpen()) {
    return toJs(info.Env(), kStoreFailed);
  }
  std::vector<std::string> keys = with([&](Hub& hub, Instant) { return hub.states().keys(prefix); });
  std::sort(keys.begin(), keys.end());
  return toJs(info.Env(), keys);
}

Napi::Value HubObject::keepContent(const Napi::CallbackInfo& info) {
  const std::string name = toText(info[0], "name");
  std::string bytes;
  toBytes(info[1], "bytes", bytes);
  if (!store_.ensureOpen()) {
    return toJs(info.Env(), kStoreFailed);
  }
  const std::uint64_t number = with([&](Hub& hub, Instant now) { return hub.durable().keepContent(name, bytes, now); });
  return Napi::Number::New(info.Env(), static_cast<double>(number));
}

Napi::Value HubObject::contentOf(const Napi::CallbackInfo& info) {
  const std::string name = toText(info[0], "name");
  const std::optional<StoredJournal> journal =
      store_.ensureOpen() ? store_.readJournal(journalName(JournalKind::content, name)) : std::nullopt;
  if (!journal) {
    return toJs(info.Env(), kStoreFailed);
  }
  return journal->isEmpty() ? info.Env().Null() : bytesToJs(info.Env(), journal->whole());
}

Napi::Value HubObject::tasksWaiting(const Napi::CallbackInfo& info) {
  const std::size_t waiting = with([](Hub& hub, Instant) { return hub.durable().tasksWaiting(); });
  return Napi::Number::New(info.Env(), static_cast<double>(waiting));
}

}  // namespace millrace
