#include "addon/hub_object.hpp"

#include "addon/convert.hpp"
#include "addon/hub_arguments.hpp"
#include "io/net/duplicate_socket.hpp"
#include "io/reactor.hpp"

#include <cstring>
#include <optional>
#include <utility>

namespace millrace {
namespace {

// Null for nothing.
Napi::Value bytesToJs(Napi::Env env, std::string_view bytes) {
  if (bytes.empty()) {
    return env.Null();
  }
  Napi::Uint8Array array = Napi::Uint8Array::New(env, bytes.size());
  std::memcpy(array.Data(), bytes.data(), bytes.size());
  return array;
}

}  // namespace

Napi::Function HubObject::define(Napi::Env env) {
  return DefineClass(env, "Hub",
                     {
                         InstanceMethod<&HubObject::configure>("configure"),
                         InstanceMethod<&HubObject::open>("open"),
                         InstanceMethod<&HubObject::join>("join"),
                         InstanceMethod<&HubObject::leave>("leave"),
                         InstanceMethod<&HubObject::close>("close"),
                         InstanceMethod<&HubObject::end>("end"),
                         InstanceMethod<&HubObject::adopt>("adopt"),
                         InstanceMethod<&HubObject::drain>("drain"),
                         InstanceMethod<&HubObject::verdict>("verdict"),
                         InstanceMethod<&HubObject::isComplete>("isComplete"),
                         InstanceMethod<&HubObject::beginning>("beginning"),
                         InstanceMethod<&HubObject::greet>("greet"),
                         InstanceMethod<&HubObject::publish>("publish"),
                         InstanceMethod<&HubObject::send>("send"),
                         InstanceMethod<&HubObject::comment>("comment"),
                         InstanceMethod<&HubObject::write>("write"),
                         InstanceMethod<&HubObject::read>("read"),
                         InstanceMethod<&HubObject::finish>("finish"),
                         InstanceMethod<&HubObject::connectionCount>("connectionCount"),
                         InstanceMethod<&HubObject::keys>("keys"),
                         InstanceMethod<&HubObject::stats>("stats"),
                     });
}

HubObject::HubObject(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<HubObject>(info), hub_(Engine::process().hub(toText(info[0], "name"))) {}

// Only what is given changes.
void HubObject::configure(const Napi::CallbackInfo& info) {
  const Napi::Object given = toObject(info[0], "options");
  HubOptions options = Engine::process().with(hub_, [](Hub& hub, Instant) { return hub.options(); });
  const auto setWhole = [&](const char* name, std::size_t& option) {
    if (isGiven(given.Get(name))) {
      option = toWhole(given.Get(name), name);
    }
  };
  const auto setMillis = [&](const char* name, Millis& option) {
    if (isGiven(given.Get(name))) {
      option = toMillis(given.Get(name), name);
    }
  };
  setWhole("historyEvents", options.history.events);
  setWhole("historyBytes", options.history.bytes);
  setMillis("historyTtlMs", options.history.ttl);
  setWhole("connections", options.connections);
  setWhole("perChannel", options.perChannel);
  setWhole("perUser", options.perUser);
  setMillis("channelTtlMs", options.channelTtl);
  setMillis("lagGraceMs", options.lagGrace);
  Engine::process().with(hub_, [&](Hub& hub, Instant) { hub.configure(options); });
  if (isGiven(given.Get("reactors"))) {
    Engine::process().setReactors(toWhole(given.Get("reactors"), "reactors"));
  }
}

Napi::Value HubObject::open(const Napi::CallbackInfo& info) {
  const auto owner = static_cast<OwnerId>(toWhole(info[0], "environment"));
  const Napi::Object given = toObject(info[1], "options");
  std::optional<std::string> lastEventId;
  if (isGiven(given.Get("lastEventId"))) {
    lastEventId = toText(given.Get("lastEventId"), "lastEventId");
  }
  OpenOptions options;
  options.connection = toConnectionOptions(given);
  options.lastEventId = lastEventId;
  options.isListener = toFlag(given.Get("isListener"), "isListener");
  options.retry = toRetry(given.Get("retryMs"));
  const ConnectionId id = Engine::process().newConnectionId();
  const OpenOutcome outcome =
      Engine::process().with(hub_, [&](Hub& hub, Instant now) { return hub.open(id, owner, options, now); });
  if (outcome != OpenOutcome::opened) {
    return toJs(info.Env(), toName(outcome));
  }
  if (options.connection.isCompressed) {
    Engine::process().compress(id);
  }
  return Napi::Number::New(info.Env(), static_cast<double>(id));
}

Napi::Value HubObject::join(const Napi::CallbackInfo& info) {
  const ConnectionId id = toWhole(info[0], "connection");
  const std::string key = toText(info[1], "key");
  const std::string userId = isGiven(info[2]) ? toText(info[2], "userId") : "";
  const std::vector<std::string> types = isGiven(info[3]) ? toTexts(info[3], "events") : std::vector<std::string>{};
  const std::vector<std::string_view> typeViews(types.begin(), types.end());
  JoinOptions options;
  options.userId = userId;
  options.types = typeViews;
  const JoinOutcome outcome =
      Engine::process().with(hub_, [&](Hub& hub, Instant now) { return hub.join(id, key, options, now); });
  return toJs(info.Env(), toName(outcome));
}

Napi::Value HubObject::leave(const Napi::CallbackInfo& info) {
  const ConnectionId id = toWhole(info[0], "connection");
  const std::string key = toText(info[1], "key");
  const bool wasThere = Engine::process().with(hub_, [&](Hub& hub, Instant now) { return hub.leave(id, key, now); });
  return Napi::Boolean::New(info.Env(), wasThere);
}

void HubObject::close(const Napi::CallbackInfo& info) {
  const ConnectionId id = toWhole(info[0], "connection");
  Engine::process().with(hub_, [&](Hub& hub, Instant now) { hub.close(id, now); });
  static_cast<void>(Engine::process().takeGzip(id));
}

Napi::Value HubObject::end(const Napi::CallbackInfo& info) {
  const ConnectionId id = toWhole(info[0], "connection");
  const CloseReason reason = toFlag(info[1], "hasGone") ? CloseReason::disconnected : CloseReason::closed;
  const bool wasOpen = Engine::process().with(hub_, [&](Hub& hub, Instant now) { return hub.end(id, reason, now); });
  return Napi::Boolean::New(info.Env(), wasOpen);
}

Napi::Value HubObject::adopt(const Napi::CallbackInfo& info) {
  SocketOptions options;
  options.hub = hub_;
  options.connection = toWhole(info[0], "connection");
  options.environment = static_cast<OwnerId>(toWhole(info[1], "environment"));
  options.isHandedOver = toFlag(info[3], "isHandedOver");
  options.descriptor = duplicateSocket(static_cast<int>(toWhole(info[2], "descriptor")));
  return Napi::Boolean::New(info.Env(), options.descriptor >= 0 && Engine::process().adopt(options));
}

void HubObject::drain(const Napi::CallbackInfo& info) {
  DrainOptions options;
  options.within = toMillis(info[0], "withinMs");
  options.retryFrom = toMillis(info[1], "retryFromMs");
  options.retrySpread = toMillis(info[2], "retrySpreadMs");
  Engine::process().with(hub_, [&](Hub& hub, Instant now) {
    options.shuffle = static_cast<std::uint64_t>(now.time_since_epoch().count());
    hub.drain(options, now);
  });
}

Napi::Value HubObject::verdict(const Napi::CallbackInfo& info) {
  const ConnectionId id = toWhole(info[0], "connection");
  const auto verdict = Engine::process().with(hub_, [&](Hub& hub, Instant) { return hub.verdict(id); });
  return verdict ? Napi::Value(toJs(info.Env(), verdictName(*verdict))) : info.Env().Null();
}

Napi::Value HubObject::beginning(const Napi::CallbackInfo& info) {
  const ConnectionId id = toWhole(info[0], "connection");
  const auto beginning = Engine::process().with(hub_, [&](Hub& hub, Instant) { return hub.beginning(id); });
  return beginning ? Napi::Value(toJs(info.Env(), *beginning)) : info.Env().Null();
}

Napi::Value HubObject::isComplete(const Napi::CallbackInfo& info) {
  const ConnectionId id = toWhole(info[0], "connection");
  return Napi::Boolean::New(info.Env(),
                            Engine::process().with(hub_, [&](Hub& hub, Instant) { return hub.isComplete(id); }));
}

Napi::Value HubObject::greet(const Napi::CallbackInfo& info) {
  const ConnectionId id = toWhole(info[0], "connection");
  const EventTexts event = toEvent(info[1]);
  const WriteOutcome outcome =
      Engine::process().with(hub_, [&](Hub& hub, Instant) { return hub.greet(id, event.fields()); });
  return toJs(info.Env(), outcome, {});
}

Napi::Value HubObject::publish(const Napi::CallbackInfo& info) {
  const std::string key = toText(info[0], "key");
  const EventTexts event = toEvent(info[1]);
  const std::string conflateKey = isGiven(info[3]) ? toText(info[3], "conflateKey") : "";
  PublishOptions options;
  options.ttl = isGiven(info[2]) ? toMillis(info[2], "ttlMs") : Millis{0};
  options.conflateKey = conflateKey;
  Receipt receipt;
  const WriteOutcome outcome = Engine::process().with(
      hub_, [&](Hub& hub, Instant now) { return hub.publish(key, event.fields(), options, now, receipt); });
  return toJs(info.Env(), outcome, receipt);
}

Napi::Value HubObject::send(const Napi::CallbackInfo& info) {
  const ConnectionId id = toWhole(info[0], "connection");
  const EventTexts event = toEvent(info[1]);
  Receipt receipt;
  const WriteOutcome outcome =
      Engine::process().with(hub_, [&](Hub& hub, Instant now) { return hub.send(id, event.fields(), now, receipt); });
  return toJs(info.Env(), outcome, receipt);
}

Napi::Value HubObject::comment(const Napi::CallbackInfo& info) {
  const ConnectionId id = toWhole(info[0], "connection");
  const std::string text = toText(info[1], "text");
  const WriteOutcome outcome =
      Engine::process().with(hub_, [&](Hub& hub, Instant now) { return hub.comment(id, text, now); });
  return toJs(info.Env(), outcome, {});
}

Napi::Value HubObject::write(const Napi::CallbackInfo& info) {
  const ConnectionId id = toWhole(info[0], "connection");
  std::string bytes;
  if (info[1].IsString()) {
    bytes = toText(info[1], "bytes");
  } else {
    toBytes(info[1], "bytes", bytes);
  }
  const WriteOutcome outcome =
      Engine::process().with(hub_, [&](Hub& hub, Instant now) { return hub.writeRaw(id, bytes, now); });
  return toJs(info.Env(), outcome, {});
}

Napi::Value HubObject::read(const Napi::CallbackInfo& info) {
  const ConnectionId id = toWhole(info[0], "connection");
  std::string bytes;  // copied, for making a JavaScript value may run anything
  Engine::process().read(hub_, id, bytes);
  return bytesToJs(info.Env(), bytes);
}

Napi::Value HubObject::finish(const Napi::CallbackInfo& info) {
  const ConnectionId id = toWhole(info[0], "connection");
  std::string bytes;
  Engine::process().finish(id, bytes);
  return bytesToJs(info.Env(), bytes);
}

Napi::Value HubObject::connectionCount(const Napi::CallbackInfo& info) {
  const std::optional<std::string> key = isGiven(info[0]) ? std::optional(toText(info[0], "key")) : std::nullopt;
  const std::size_t count = Engine::process().with(
      hub_, [&](Hub& hub, Instant) { return key ? hub.connectionCount(*key) : hub.connectionCount(); });
  return Napi::Number::New(info.Env(), static_cast<double>(count));
}

Napi::Value HubObject::keys(const Napi::CallbackInfo& info) {
  const auto keys = Engine::process().with(hub_, [](Hub& hub, Instant) {
    const auto views = hub.keys();
    return std::vector<std::string>(views.begin(), views.end());
  });
  const Napi::Array array = Napi::Array::New(info.Env(), keys.size());
  std::uint32_t at = 0;
  for (const std::string& key : keys) {
    array.Set(at++, toJs(info.Env(), key));
  }
  return array;
}

Napi::Value HubObject::stats(const Napi::CallbackInfo& info) {
  const HubStats stats = Engine::process().with(hub_, [](Hub& hub, Instant) { return hub.stats(); });
  const Napi::Object object = Napi::Object::New(info.Env());
  object.Set("connections", Napi::Number::New(info.Env(), static_cast<double>(stats.connections)));
  object.Set("channels", Napi::Number::New(info.Env(), static_cast<double>(stats.channels)));
  object.Set("inboxBytes", Napi::Number::New(info.Env(), static_cast<double>(stats.inboxBytes)));
  object.Set("isDraining", Napi::Boolean::New(info.Env(), stats.isDraining));
  object.Set("takenOver", Napi::Number::New(info.Env(), static_cast<double>(stats.takenOver)));
  return object;
}

}  // namespace millrace
