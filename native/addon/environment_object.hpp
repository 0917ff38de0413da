#pragma once

#include "addon/door.hpp"
#include "io/engine/engine.hpp"

#include <napi.h>

#include <thread>

namespace millrace {

// `new Environment(wake)`: one JavaScript thread (the main one, or a worker) as a reader of connections. `wake` is called
// without arguments when there is something to collect. It ends with its thread, and so do its connections.
class EnvironmentObject : public Door<EnvironmentObject> {
 public:
  [[nodiscard]] static Napi::Function define(Napi::Env env);
  explicit EnvironmentObject(const Napi::CallbackInfo& info);
  ~EnvironmentObject() override;
  EnvironmentObject(const EnvironmentObject&) = delete;
  EnvironmentObject& operator=(const EnvironmentObject&) = delete;
  EnvironmentObject(EnvironmentObject&&) = delete;
  EnvironmentObject& operator=(EnvironmentObject&&) = delete;

 private:
  static void onThreadEnd(void* self);
  void end();
  void wake();  // from any thread, under the engine's lock
  void keepAlive();

  Napi::Value id(const Napi::CallbackInfo& info);
  Napi::Value collect(const Napi::CallbackInfo& info);
  void settle(const Napi::CallbackInfo& info);
  Napi::Value tick(const Napi::CallbackInfo& info);
  Napi::Value secret(const Napi::CallbackInfo& info);
  void hold(const Napi::CallbackInfo& info);

  const napi_env env_;
  const std::thread::id thread_ = std::this_thread::get_id();
  Napi::ThreadSafeFunction wake_;
  OwnerId owner_ = 0;
  bool hasEnded_ = false;
  // Used in thread_ only:
  bool isPosted_ = false;  // it has posted a message to itself, which is to be delivered before the process may exit
  bool isHeld_ = false;    // it has sockets that Node does not know
  bool isReferenced_ = false;  // wake_ keeps the process alive
};

}  // namespace millrace
