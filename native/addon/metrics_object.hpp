#pragma once

#include "addon/door.hpp"
#include "core/hub/hub_alerts.hpp"
#include "io/engine/engine.hpp"

#include <napi.h>

#include <cstddef>
#include <memory>

namespace millrace {

// `new Metrics(name)`: what is counted of the process's hub of that name, and one thread's watch over it. See binding.ts.
class MetricsObject : public Door<MetricsObject> {
 public:
  [[nodiscard]] static Napi::Function define(Napi::Env env);
  explicit MetricsObject(const Napi::CallbackInfo& info);

 private:
  void refused(const Napi::CallbackInfo& info);
  void errorRecord(const Napi::CallbackInfo& info);
  Napi::Value policies(const Napi::CallbackInfo& info);
  Napi::Value memory(const Napi::CallbackInfo& info);
  void watch(const Napi::CallbackInfo& info);
  Napi::Value check(const Napi::CallbackInfo& info);

  std::size_t hub_;  // the engine's handle
  std::shared_ptr<HubContent> content_{Engine::process().content(hub_)};
  HubAlerts alerts_;
};

}  // namespace millrace
