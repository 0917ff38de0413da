// What JavaScript reads of a connection itself: HubObject's methods for bodies and polls.
#include "addon/convert.hpp"
#include "addon/hub_object.hpp"
#include "addon/hub_results.hpp"

#include <string>

namespace millrace {

// The bytes are copied, for making a JavaScript value may run anything.
Napi::Value HubObject::read(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  std::string bytes;
  Engine::process().bodies().read(hub_, id, toWhole(info[1], "mostBytes"), bytes);
  return bytesToJs(info.Env(), bytes);
}

Napi::Value HubObject::readNotice(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  std::string bytes;
  Engine::process().bodies().readNotice(hub_, id, toWhole(info[1], "mostBytes"), bytes);
  return bytesToJs(info.Env(), bytes);
}

Napi::Value HubObject::readPage(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  return toJs(info.Env(), Engine::process().bodies().readPage(hub_, id, toWhole(info[1], "bytes")));
}

Napi::Value HubObject::tally(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  return toJs(info.Env(), with([&](Hub& hub, Instant) { return hub.view(id).tally(); }));
}

Napi::Value HubObject::hasPending(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  return Napi::Boolean::New(info.Env(), with([&](Hub& hub, Instant) { return hub.view(id).hasPending(); }));
}

Napi::Value HubObject::newest(const Napi::CallbackInfo& info) {
  const std::uint64_t newest = with([](Hub& hub, Instant) { return hub.durable().newest(); });
  return Napi::Number::New(info.Env(), static_cast<double>(newest));
}

Napi::Value HubObject::hasPassed(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  const std::uint64_t sequence = toWhole(info[1], "sequence");
  return Napi::Boolean::New(info.Env(), with([&](Hub& hub, Instant) { return hub.view(id).hasPassed(sequence); }));
}

Napi::Value HubObject::hasLost(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  return Napi::Boolean::New(info.Env(), with([&](Hub& hub, Instant) { return hub.view(id).hasLost(); }));
}

Napi::Value HubObject::finish(const Napi::CallbackInfo& info) {
  const SubscriberId id = toWhole(info[0], "connection");
  std::string bytes;
  Engine::process().bodies().finish(id, bytes);
  return bytesToJs(info.Env(), bytes);
}

}  // namespace millrace
