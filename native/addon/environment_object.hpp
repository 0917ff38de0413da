#pragma once

#include "io/engine.hpp"

#include <napi.h>

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

  Napi::Value id(const Napi::CallbackInfo& info);
  Napi::Value collect(const Napi::CallbackInfo& info);
  void settle(const Napi::CallbackInfo& info);
  Napi::Value tick(const Napi::CallbackInfo& info);

  napi_env env_;
  Napi::ThreadSafeFunction wake_;
  OwnerId owner_ = 0;
  bool hasEnded_ = false;
};

}  // namespace millrace
