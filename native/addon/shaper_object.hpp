#pragma once

#include "addon/door.hpp"
#include "json/shaper.hpp"

#include <napi.h>

#include <optional>

namespace millrace {

// `new Shaper(settings)`: what a policy does to the data of events, for texts that are in no channel. See binding.ts.
class ShaperObject : public Door<ShaperObject> {
 public:
  [[nodiscard]] static Napi::Function define(Napi::Env env);
  explicit ShaperObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value shape(const Napi::CallbackInfo& info);

  std::optional<Shaper> shaper_;
};

}  // namespace millrace
