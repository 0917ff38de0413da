#include "addon/hub_object.hpp"

#include "addon/convert.hpp"
#include "addon/given.hpp"
#include "addon/hub_arguments.hpp"
#include "addon/hub_results.hpp"
#include "io/net/duplicate_socket.hpp"
#include "io/reactor/reactor_pool.hpp"
#include "io/reactor/reactor_socket.hpp"

#include <optional>
#include <utility>

namespace millrace {

Napi::Function HubObject::define(Napi::Env env) {
  return DefineClass(env, "Hub",
                     {
                         InstanceMethod("configure", &HubObject::doing<&HubObject::configure>),
                         InstanceMethod("declare", &HubObject::giving<&HubObject::declare>),
                         InstanceMethod("requireAuthorizer", &HubObject::doing<&HubObject::requireAuthorizer>),
                         InstanceMethod("hasAuthorizer", &HubObject::giving<&HubObject::hasAuthorizer>),
                         InstanceMethod("open", &HubObject::giving<&HubObject::open>),
                         InstanceMethod("join", &HubObject::giving<&HubObject::join>),
                         InstanceMethod("leave", &HubObject::giving<&HubObject::leave>),
                         InstanceMethod("update", &HubObject::giving<&HubObject::update>),
                         InstanceMethod("expire", &HubObject::doing<&HubObject::expire>),
                         InstanceMethod("setFacts", &HubObject::doing<&HubObject::setFacts>),
                         InstanceMethod("disconnect", &HubObject::giving<&HubObject::disconnect>),
                         InstanceMethod("deny", &HubObject::giving<&HubObject::deny>),
                         InstanceMethod("opensAgainIn", &HubObject::giving<&HubObject::opensAgainIn>),
                         InstanceMethod("hasBanList", &HubObject::giving<&HubObject::hasBanList>),
                         InstanceMethod("guardOf", &HubObject::giving<&HubObject::guardOf>),
                         InstanceMethod("sealIds", &HubObject::giving<&HubObject::sealIds>),
                         InstanceMethod("expireBy", &HubObject::doing<&HubObject::expireBy>),
                         InstanceMethod("assignUser", &HubObject::doing<&HubObject::assignUser>),
                         InstanceMethod("chosenBy", &HubObject::giving<&HubObject::chosenBy>),
                         InstanceMethod("userOf", &HubObject::giving<&HubObject::userOf>),
                         InstanceMethod("isDenied", &HubObject::giving<&HubObject::isDenied>),
                         InstanceMethod("close", &HubObject::doing<&HubObject::close>),
                         InstanceMethod("end", &HubObject::giving<&HubObject::end>),
                         InstanceMethod("adopt", &HubObject::giving<&HubObject::adopt>),
                         InstanceMethod("drain", &HubObject::doing<&HubObject::drain>),
                         InstanceMethod("nextRetry", &HubObject::giving<&HubObject::nextRetry>),
                         InstanceMethod("verdict", &HubObject::giving<&HubObject::verdict>),
                         InstanceMethod("isComplete", &HubObject::giving<&HubObject::isComplete>),
                         InstanceMethod("beginning", &HubObject::giving<&HubObject::beginning>),
                         InstanceMethod("greet", &HubObject::giving<&HubObject::greet>),
                         InstanceMethod("publish", &HubObject::giving<&HubObject::publish>),
                         InstanceMethod("whole", &HubObject::giving<&HubObject::whole>),
                         InstanceMethod("countReferenced", &HubObject::doing<&HubObject::countReferenced>),
                         InstanceMethod("flush", &HubObject::doing<&HubObject::flush>),
                         InstanceMethod("send", &HubObject::giving<&HubObject::send>),
                         InstanceMethod("comment", &HubObject::giving<&HubObject::comment>),
                         InstanceMethod("write", &HubObject::giving<&HubObject::write>),
                         InstanceMethod("read", &HubObject::giving<&HubObject::read>),
                         InstanceMethod("readNotice", &HubObject::giving<&HubObject::readNotice>),
                         InstanceMethod("readPage", &HubObject::giving<&HubObject::readPage>),
                         InstanceMethod("tally", &HubObject::giving<&HubObject::tally>),
                         InstanceMethod("hasPending", &HubObject::giving<&HubObject::hasPending>),
                         InstanceMethod("newest", &HubObject::giving<&HubObject::newest>),
                         InstanceMethod("hasPassed", &HubObject::giving<&HubObject::hasPassed>),
                         InstanceMethod("hasLost", &HubObject::giving<&HubObject::hasLost>),
                         InstanceMethod("finish", &HubObject::giving<&HubObject::finish>),
                         InstanceMethod("connectionCount", &HubObject::giving<&HubObject::connectionCount>),
                         InstanceMethod("keys", &HubObject::giving<&HubObject::keys>),
                         InstanceMethod("policyName", &HubObject::giving<&HubObject::policyName>),
                         InstanceMethod("stats", &HubObject::giving<&HubObject::stats>),
                         InstanceMethod("setStore", &HubObject::giving<&HubObject::setStore>),
                         InstanceMethod("hasStore", &HubObject::giving<&HubObject::hasStore>),
                         InstanceMethod("hasStored", &HubObject::giving<&HubObject::hasStored>),
                         InstanceMethod("beganBehind", &HubObject::giving<&HubObject::beganBehind>),
                         InstanceMethod("restStore", &HubObject::doing<&HubObject::restStore>),
                         InstanceMethod("storeFault", &HubObject::giving<&HubObject::storeFault>),
                         InstanceMethod("storeHealth", &HubObject::giving<&HubObject::storeHealth>),
                         InstanceMethod("storedState", &HubObject::giving<&HubObject::storedState>),
                         InstanceMethod("newestOf", &HubObject::giving<&HubObject::newestOf>),
                         InstanceMethod("awaitStored", &HubObject::doing<&HubObject::awaitStored>),
                         InstanceMethod("forget", &HubObject::giving<&HubObject::forget>),
                         InstanceMethod("closeChannel", &HubObject::giving<&HubObject::closeChannel>),
                         InstanceMethod("tasksWaiting", &HubObject::giving<&HubObject::tasksWaiting>),
                         InstanceMethod("documentKeys", &HubObject::giving<&HubObject::documentKeys>),
                         InstanceMethod("keepContent", &HubObject::giving<&HubObject::keepContent>),
                         InstanceMethod("contentOf", &HubObject::giving<&HubObject::contentOf>),
                     });
}

HubObject::HubObject(const Napi::CallbackInfo& info)
    : Door<HubObject>(info),
      hub_(throwingToJs(info.Env(), [&] { return Engine::process().hub(toText(info[0], "name")); })),
      store_(Engine::process().store(hub_)) {}

// Only what is given changes, all at once: other threads may configure the same hub.
void HubObject::configure(const Napi::CallbackInfo& info) {
  const HubSettings settings = toHubSettings(toObject(info[0], "options"));
  with([&](Hub& hub, Instant) { hub.configure(settings.over(hub.options())); });
  content_.content().configure(settings.ownContent, settings.contents, settings.addedContents);
  if (settings.reactors) {
    Engine::process().reactors().setCount(*settings.reactors);
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
  options.subscriber = toSubscriberOptions(given);
  options.lastEventId = lastEventId;
  options.kind = toSubscriberKind(given.Get("kind"));
  options.retry = toRetry(given.Get("retryMs"));
  if (isGiven(given.Get("expiresInMs"))) {
    options.expiresIn = toMillis(given.Get("expiresInMs"), "expiresInMs");
  }
  const std::string greeting = isGiven(given.Get("greeting")) ? toText(given.Get("greeting"), "greeting") : "";
  options.greeting = greeting;
  if (!store_.ensureOpen()) {
    return toJs(info.Env(), kStoreFailed);
  }
  const SubscriberId id = Engine::process().newSubscriberId();
  const OpenOutcome outcome = with([&](Hub& hub, Instant now) { return hub.open(id, owner, options, now); });
  if (outcome != OpenOutcome::opened) {
    return toJs(info.Env(), outcomeName(outcome));
  }
  if (options.subscriber.isCompressed) {
    Engine::process().bodies().compress(id);
  }
  return Napi::Number::New(info.Env(), static_cast<double>(id));
}

void HubObject::close(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  const CloseReason reason = toCloseReason(info[1]);
  with([&](Hub& hub, Instant now) { hub.close(id, now, reason); });
  static_cast<void>(Engine::process().bodies().takeGzip(id));
}

Napi::Value HubObject::end(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  const CloseReason reason = toFlag(info[1], "hasGone") ? CloseReason::disconnected : CloseReason::closed;
  const std::string said = isGiven(info[2]) ? toText(info[2], "reason") : "";
  const bool wasOpen = with([&](Hub& hub, Instant now) { return hub.end(id, reason, now, said); });
  return Napi::Boolean::New(info.Env(), wasOpen);
}

Napi::Value HubObject::adopt(const Napi::CallbackInfo& info) {
  SocketOptions options;
  options.hub = hub_;
  options.subscriber = toWhole(info[0], "connection");
  options.environment = static_cast<OwnerId>(toWhole(info[1], "environment"));
  options.isReleased = toFlag(info[3], "isReleased");
  options.userTimeout = toMillis(info[4], "userTimeoutMs");
  UniqueDescriptor descriptor = duplicateSocket(toDescriptor(info[2], "descriptor"));
  return Napi::Boolean::New(info.Env(),
                            descriptor.isOpen() && Engine::process().reactors().adopt(options, std::move(descriptor)));
}

void HubObject::drain(const Napi::CallbackInfo& info) {
  DrainOptions options;
  options.within = toMillis(info[0], "withinMs");
  options.retryFrom = toMillis(info[1], "retryFromMs");
  options.retrySpread = toMillis(info[2], "retrySpreadMs");
  with([&](Hub& hub, Instant now) {
    options.shuffle = static_cast<std::uint64_t>(now.time_since_epoch().count());
    hub.drain(options, now);
  });
}

Napi::Value HubObject::nextRetry(const Napi::CallbackInfo& info) {
  const std::uint32_t retry = with([](Hub& hub, Instant) { return hub.access().nextRetry(); });
  return Napi::Number::New(info.Env(), retry);
}

Napi::Value HubObject::verdict(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  const auto verdict = with([&](Hub& hub, Instant) { return hub.view(id).verdict(); });
  return verdict ? Napi::Value(toJs(info.Env(), verdictName(*verdict))) : info.Env().Null();
}

Napi::Value HubObject::beginning(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  const auto beginning = with([&](Hub& hub, Instant) { return hub.view(id).beginning(); });
  return beginning ? Napi::Value(toJs(info.Env(), *beginning)) : info.Env().Null();
}

Napi::Value HubObject::isComplete(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  return Napi::Boolean::New(info.Env(), with([&](Hub& hub, Instant) { return hub.view(id).isComplete(); }));
}

Napi::Value HubObject::greet(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  EventTexts event = toEvent(info);
  event.retry = toRetry(info[5]);
  const WriteOutcome outcome = with([&](Hub& hub, Instant now) { return hub.greet(id, event.fields(), now); });
  return toJs(info.Env(), outcome, {});
}

Napi::Value HubObject::publish(const Napi::CallbackInfo& info) {
  const std::string key = toText(info[0], "key");
  EventTexts event = toEvent(info);
  PublishTexts more;
  if (isGiven(info[5])) {
    const Napi::Object given = toObject(info[5], "options");
    event.retry = toRetry(given.Get("retry"));
    event.isImported = Given(given).flag("isImported");
    more = toPublishTexts(given);
  }
  std::string none;  // before the engine's lock: to search an event takes longer than to append it
  const ShapeResult shaped =
      content_.shape({key, event.type, event.data ? *event.data : none, event.isRaw ? TextKind::plain : TextKind::json,
                      more.mergeKey, event.data && more.throttleKey.empty(), !more.isReference});
  if (shaped.fault) {
    return toJs(info.Env(), *shaped.fault);
  }
  if (!store_.ensureOpen() || (!more.idempotencyKey.empty() && !store_.warmKeys(key))) {
    return toJs(info.Env(), kStoreFailed);
  }
  const PublishOptions options = more.options(shaped.hasRules && !event.isImported);  // it has its time already
  Receipt receipt;
  const WriteOutcome outcome =
      with([&](Hub& hub, Instant now) { return hub.publish(key, event.fields(), options, now, receipt); });
  if (outcome == WriteOutcome::written && !receipt.isRepeat) {
    content_.count(key, shaped.change);
  }
  return toJs(info.Env(), outcome, receipt);
}

Napi::Value HubObject::whole(const Napi::CallbackInfo& info) {
  const std::string key = toText(info[0], "key");
  const std::string type = isGiven(info[1]) ? toText(info[1], "event") : "";
  const std::string data = toText(info[2], "data");
  const TextKind kind = toFlag(info[3], "isRaw") ? TextKind::plain : TextKind::json;
  const std::optional<WholeContent> whole = content_.whole(key, type, data, kind);
  return whole ? Napi::Value(toJs(info.Env(), *whole)) : info.Env().Null();
}

void HubObject::countReferenced(const Napi::CallbackInfo& info) {
  const std::string key = toText(info[0], "key");
  content_.count(key, {.isRedacted = toFlag(info[1], "isRedacted"), .isReferenced = true});
}

void HubObject::flush(const Napi::CallbackInfo& info) {
  const std::optional<std::string> key = isGiven(info[0]) ? std::optional(toText(info[0], "key")) : std::nullopt;
  with([&](Hub& hub, Instant now) { hub.flush(key, now); });
}

Napi::Value HubObject::send(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  EventTexts event = toEvent(info);
  event.retry = toRetry(info[5]);
  Receipt receipt;
  const WriteOutcome outcome = with([&](Hub& hub, Instant now) { return hub.send(id, event.fields(), now, receipt); });
  return toJs(info.Env(), outcome, receipt);
}

Napi::Value HubObject::comment(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  const std::string text = toText(info[1], "text");
  const WriteOutcome outcome = with([&](Hub& hub, Instant now) { return hub.comment(id, text, now); });
  return toJs(info.Env(), outcome, {});
}

Napi::Value HubObject::write(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  std::string bytes;
  toBytes(info[1], "bytes", bytes);
  const WriteOutcome outcome = with([&](Hub& hub, Instant now) { return hub.writeRaw(id, bytes, now); });
  return toJs(info.Env(), outcome, {});
}

Napi::Value HubObject::connectionCount(const Napi::CallbackInfo& info) {
  const std::optional<std::string> key = isGiven(info[0]) ? std::optional(toText(info[0], "key")) : std::nullopt;
  const std::size_t count = with([&](Hub& hub, Instant) { return hub.census().connectionCount(key); });
  return Napi::Number::New(info.Env(), static_cast<double>(count));
}

Napi::Value HubObject::keys(const Napi::CallbackInfo& info) {
  const auto keys = with([](Hub& hub, Instant) {
    const auto views = hub.census().keys();
    return std::vector<std::string>(views.begin(), views.end());
  });
  return toJs(info.Env(), keys);
}

Napi::Value HubObject::policyName(const Napi::CallbackInfo& info) {
  const std::string key = toText(info[0], "key");
  const std::string name = with([&](Hub& hub, Instant) { return std::string(hub.census().policyName(key)); });
  return toJs(info.Env(), name);
}

Napi::Value HubObject::stats(const Napi::CallbackInfo& info) {
  return toJs(info.Env(), with([](Hub& hub, Instant) { return hub.census().stats(); }));
}

}  // namespace millrace
