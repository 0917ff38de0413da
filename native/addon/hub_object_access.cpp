// What the hub's object does about who may read: takes it back, bounds it, and moves connections between channels.
#include "addon/convert.hpp"
#include "addon/hub_arguments.hpp"
#include "addon/hub_object.hpp"
#include "addon/hub_results.hpp"
#include "io/crypto/openssl_cipher.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace millrace {
namespace {

// Of an object of texts by name.
Facts toFacts(const Napi::Value& value) {
  Facts facts;
  if (!isGiven(value)) {
    return facts;
  }
  const Napi::Object given = toObject(value, "facts");
  const Napi::Array names = given.GetPropertyNames();
  for (std::uint32_t at = 0; at < names.Length(); ++at) {
    const Napi::Value name = names.Get(at);
    facts.push_back({toText(name, "name"), toText(given.Get(name), "value")});
  }
  return facts;
}

std::vector<std::string_view> viewsOf(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }

}  // namespace

Napi::Value HubObject::join(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  const std::string key = toText(info[1], "key");
  const std::string userId = isGiven(info[2]) ? toText(info[2], "userId") : "";
  const std::vector<std::string> types = isGiven(info[3]) ? toTexts(info[3], "events") : std::vector<std::string>{};
  const std::vector<std::string_view> typeViews(types.begin(), types.end());
  JoinOptions options;
  options.userId = userId;
  options.types = typeViews;
  options.last = isGiven(info[4]) ? toWhole(info[4], "last") : 0;
  const std::vector<std::string> labels = isGiven(info[5]) ? toTexts(info[5], "labels") : std::vector<std::string>{};
  const std::vector<std::string_view> labelViews(labels.begin(), labels.end());
  options.labels = labelViews;
  options.endsSubscriber = !isGiven(info[6]) || toFlag(info[6], "ends");
  options.isChosen = isGiven(info[7]) && toFlag(info[7], "isChosen");
  if (!store_.warm(key)) {
    return toJs(info.Env(), kStoreFailed);
  }
  const JoinOutcome outcome = with([&](Hub& hub, Instant now) { return hub.join(id, key, options, now); });
  return toJs(info.Env(), outcomeName(outcome));
}

Napi::Value HubObject::leave(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  const std::string key = toText(info[1], "key");
  const bool wasThere = with([&](Hub& hub, Instant now) { return hub.leave(id, key, now); });
  return Napi::Boolean::New(info.Env(), wasThere);
}

Napi::Value HubObject::update(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  const std::vector<std::string> join = toTexts(info[1], "join");
  const std::vector<std::string> leave = toTexts(info[2], "leave");
  const std::vector<std::string_view> joinViews = viewsOf(join);
  const std::vector<std::string_view> leaveViews = viewsOf(leave);
  const bool isClients = isGiven(info[3]) && toFlag(info[3], "isClients");
  if (!std::all_of(join.begin(), join.end(), [this](const std::string& key) { return store_.warm(key); })) {
    return toJs(info.Env(), kStoreFailed);
  }
  const JoinOutcome outcome = with([&](Hub& hub, Instant now) {
    return hub.access().update(id, {joinViews, leaveViews, isClients}, now);
  });
  return toJs(info.Env(), outcomeName(outcome));
}

void HubObject::expire(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  const std::optional<Millis> in = isGiven(info[1]) ? std::optional(toMillis(info[1], "inMs")) : std::nullopt;
  with([&](Hub& hub, Instant now) { hub.access().expire(id, in, now); });
}

void HubObject::setFacts(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  Facts facts = toFacts(info[1]);
  with([&](Hub& hub, Instant) { hub.access().setFacts(id, std::move(facts)); });
}

// A match, whether the clients are to come back, and what they are told; gives how many streams are ended.
Napi::Value HubObject::disconnect(const Napi::CallbackInfo& info) {
  const Napi::Object given = toObject(info[0], "match");
  const auto textOf = [&](const char* name) -> std::optional<std::string> {
    return isGiven(given.Get(name)) ? std::optional(toText(given.Get(name), name)) : std::nullopt;
  };
  const std::optional<std::string> userId = textOf("userId");
  const std::optional<std::string> channel = textOf("channel");
  SubscriberMatch match;
  match.userId = userId;
  match.channel = channel;
  if (isGiven(given.Get("connection"))) {
    match.subscriber = toWhole(given.Get("connection"), "connection");
  }
  match.where = toFacts(given.Get("where"));
  const std::string detail = isGiven(info[2]) ? toText(info[2], "reason") : "";
  const DisconnectOptions options{toFlag(info[1], "mayReturn") ? Return::wanted : Return::never, detail};
  const std::size_t ended =
      with([&](Hub& hub, Instant now) { return hub.access().revocations().disconnect(match, options, now); });
  return Napi::Number::New(info.Env(), static_cast<double>(ended));
}

Napi::Value HubObject::deny(const Napi::CallbackInfo& info) {
  const std::string userId = toText(info[0], "userId");
  const Millis forMs = toMillis(info[1], "forMs");
  const bool isDone =
      with([&](Hub& hub, Instant now) { return hub.access().revocations().deny(userId, now + forMs, now); });
  return Napi::Boolean::New(info.Env(), isDone);
}

Napi::Value HubObject::opensAgainIn(const Napi::CallbackInfo& info) {
  const std::string userId = toText(info[0], "userId");
  const Millis wait = with([&](Hub& hub, Instant now) { return hub.access().opensAgainIn(userId, now); });
  return Napi::Number::New(info.Env(), static_cast<double>(wait.count()));
}

Napi::Value HubObject::hasBanList(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), with([](Hub& hub, Instant) { return hub.options().hasBanList; }));
}

Napi::Value HubObject::guardOf(const Napi::CallbackInfo& info) {
  const std::string key = toText(info[0], "key");
  const Guard guard = with([&](Hub& hub, Instant) { return hub.census().guardOf(key); });
  return toJs(info.Env(), guard == Guard::none ? "" : guard == Guard::policy ? "policy" : "authorizer");
}

// An array of keys of 16 bytes; of none, ids are plain. False: this runtime has no cipher.
Napi::Value HubObject::sealIds(const Napi::CallbackInfo& info) {
  const auto given = toObject(info[0], "keys").As<Napi::Array>();
  std::vector<Block16> keys;
  for (std::uint32_t at = 0; at < given.Length(); ++at) {
    std::string bytes;
    toBytes(given.Get(at), "key", bytes);
    Block16 key{};
    if (bytes.size() != key.size()) {
      throw Napi::TypeError::New(info.Env(), "key must have 16 bytes");
    }
    std::copy(bytes.begin(), bytes.end(), key.begin());
    keys.push_back(key);
  }
  std::shared_ptr<BlockCipher> cipher = keys.empty() ? nullptr : newOpensslCipher(keys);
  if (!keys.empty() && cipher == nullptr) {
    return Napi::Boolean::New(info.Env(), false);
  }
  with([&](Hub& hub, Instant) { hub.access().sealIds(std::move(cipher)); });
  return Napi::Boolean::New(info.Env(), true);
}

void HubObject::expireBy(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  const Millis in = toMillis(info[1], "inMs");
  with([&](Hub& hub, Instant now) { hub.access().expireBy(id, in, now); });
}

void HubObject::assignUser(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  const std::string userId = toText(info[1], "userId");
  with([&](Hub& hub, Instant) { hub.access().assignUser(id, userId); });
}

Napi::Value HubObject::chosenBy(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  const auto keys = with([&](Hub& hub, Instant) {
    const auto views = hub.access().chosenBy(id);
    return std::vector<std::string>(views.begin(), views.end());
  });
  return toJs(info.Env(), keys);
}

Napi::Value HubObject::userOf(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  const auto user = with([&](Hub& hub, Instant) {
    const auto view = hub.access().userOf(id);
    return view ? std::optional(std::string(*view)) : std::nullopt;
  });
  return user ? Napi::Value(toJs(info.Env(), *user)) : info.Env().Null();
}

Napi::Value HubObject::isDenied(const Napi::CallbackInfo& info) {
  const std::string userId = toText(info[0], "userId");
  return Napi::Boolean::New(
      info.Env(), with([&](Hub& hub, Instant now) { return hub.access().revocations().isDenied(userId, now); }));
}

// An object of texts by name, and whether they are newer; gives the names that say something else than before.
Napi::Value HubObject::declare(const Napi::CallbackInfo& info) {
  const Napi::Object given = toObject(info[0], "options");
  const Napi::Array names = given.GetPropertyNames();
  Declarations::Options options;
  for (std::uint32_t at = 0; at < names.Length(); ++at) {
    const Napi::Value name = names.Get(at);
    options.emplace_back(toText(name, "name"), toText(given.Get(name), "value"));
  }
  return toJs(info.Env(), Engine::process().declare(hub_, options, toFlag(info[1], "areNewer")));
}

void HubObject::requireAuthorizer(const Napi::CallbackInfo& /*info*/) { Engine::process().requireAuthorizer(hub_); }

Napi::Value HubObject::hasAuthorizer(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), Engine::process().hasAuthorizer(hub_));
}

}  // namespace millrace
