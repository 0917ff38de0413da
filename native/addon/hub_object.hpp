#pragma once

#include "addon/door.hpp"
#include "io/engine/engine.hpp"

#include <napi.h>

#include <string>
#include <utility>

namespace millrace {

// `new Hub(name)`: the process's hub of that name. Every object of the same name, in any thread, is the same hub.
// What each method takes and gives stands in native.ts.
class HubObject : public Door<HubObject> {
 public:
  [[nodiscard]] static Napi::Function define(Napi::Env env);
  explicit HubObject(const Napi::CallbackInfo& info);

 private:
  // Calls `act(Hub&, Instant now)` alone.
  template <typename Act>
  auto with(Act&& act) {
    return Engine::process().with(hub_, std::forward<Act>(act));
  }

  void configure(const Napi::CallbackInfo& info);
  Napi::Value declare(const Napi::CallbackInfo& info);
  void requireAuthorizer(const Napi::CallbackInfo& info);
  Napi::Value hasAuthorizer(const Napi::CallbackInfo& info);
  Napi::Value open(const Napi::CallbackInfo& info);
  Napi::Value join(const Napi::CallbackInfo& info);
  Napi::Value leave(const Napi::CallbackInfo& info);
  Napi::Value update(const Napi::CallbackInfo& info);
  void expire(const Napi::CallbackInfo& info);
  void setFacts(const Napi::CallbackInfo& info);
  Napi::Value disconnect(const Napi::CallbackInfo& info);
  Napi::Value deny(const Napi::CallbackInfo& info);
  Napi::Value opensAgainIn(const Napi::CallbackInfo& info);
  Napi::Value hasBanList(const Napi::CallbackInfo& info);
  Napi::Value guardOf(const Napi::CallbackInfo& info);
  Napi::Value sealIds(const Napi::CallbackInfo& info);
  void expireBy(const Napi::CallbackInfo& info);
  void assignUser(const Napi::CallbackInfo& info);
  Napi::Value chosenBy(const Napi::CallbackInfo& info);
  Napi::Value userOf(const Napi::CallbackInfo& info);
  Napi::Value isDenied(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);
  Napi::Value end(const Napi::CallbackInfo& info);
  Napi::Value adopt(const Napi::CallbackInfo& info);
  void drain(const Napi::CallbackInfo& info);
  Napi::Value nextRetry(const Napi::CallbackInfo& info);
  Napi::Value verdict(const Napi::CallbackInfo& info);
  Napi::Value isComplete(const Napi::CallbackInfo& info);
  Napi::Value beginning(const Napi::CallbackInfo& info);
  Napi::Value greet(const Napi::CallbackInfo& info);
  Napi::Value publish(const Napi::CallbackInfo& info);
  Napi::Value whole(const Napi::CallbackInfo& info);
  void countReferenced(const Napi::CallbackInfo& info);
  void flush(const Napi::CallbackInfo& info);
  Napi::Value send(const Napi::CallbackInfo& info);
  Napi::Value comment(const Napi::CallbackInfo& info);
  Napi::Value write(const Napi::CallbackInfo& info);
  Napi::Value read(const Napi::CallbackInfo& info);
  Napi::Value readNotice(const Napi::CallbackInfo& info);
  Napi::Value readPage(const Napi::CallbackInfo& info);
  Napi::Value tally(const Napi::CallbackInfo& info);
  Napi::Value hasPending(const Napi::CallbackInfo& info);
  Napi::Value newest(const Napi::CallbackInfo& info);
  Napi::Value hasPassed(const Napi::CallbackInfo& info);
  Napi::Value hasLost(const Napi::CallbackInfo& info);
  Napi::Value finish(const Napi::CallbackInfo& info);
  Napi::Value connectionCount(const Napi::CallbackInfo& info);
  Napi::Value keys(const Napi::CallbackInfo& info);
  Napi::Value policyName(const Napi::CallbackInfo& info);
  Napi::Value stats(const Napi::CallbackInfo& info);
  Napi::Value setStore(const Napi::CallbackInfo& info);
  Napi::Value hasStore(const Napi::CallbackInfo& info);
  Napi::Value hasStored(const Napi::CallbackInfo& info);
  Napi::Value beganBehind(const Napi::CallbackInfo& info);
  void restStore(const Napi::CallbackInfo& info);
  Napi::Value storeFault(const Napi::CallbackInfo& info);
  Napi::Value storeHealth(const Napi::CallbackInfo& info);
  Napi::Value storedState(const Napi::CallbackInfo& info);
  Napi::Value newestOf(const Napi::CallbackInfo& info);
  void awaitStored(const Napi::CallbackInfo& info);
  Napi::Value forget(const Napi::CallbackInfo& info);
  Napi::Value closeChannel(const Napi::CallbackInfo& info);
  Napi::Value tasksWaiting(const Napi::CallbackInfo& info);
  Napi::Value documentKeys(const Napi::CallbackInfo& info);
  Napi::Value keepContent(const Napi::CallbackInfo& info);
  Napi::Value contentOf(const Napi::CallbackInfo& info);

  std::size_t hub_;  // the engine's handle
  HubStore& store_;  // lives as long as the engine
  ContentView content_{Engine::process().content(hub_)};
};

}  // namespace millrace
