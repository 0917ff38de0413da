#pragma once

#include "io/engine.hpp"

#include <napi.h>

#include <thread>

namespace millrace {

// `new Environment(wake)`: one JavaScript thread (the main one, or a worker) as a reader of connections. `wake` is called
// without arguments when there is something to collect. It ends with its thread, and so do its connections.
class EnvironmentObject : public Napi::ObjectWrap<EnvironmentObject> {
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

  Napi::Value id(const Napi::CallbackInfo& info);
  Napi::Value collect(const Napi::CallbackInfo& info);
  void settle(const Napi::CallbackInfo& info);
  Napi::Value tick(const Napi::CallbackInfo& info);

  const napi_env env_;
  const std::thread::id thread_ = std::this_thread::get_id();
  Napi::ThreadSafeFunction wake_;
  OwnerId owner_ = 0;
  bool hasEnded_ = false;
  bool isReferenced_ = false;  // used in thread_ only
};

}  // namespace millrace
