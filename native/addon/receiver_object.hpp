#pragma once

#include "addon/door.hpp"
#include "core/session/receiver.hpp"

#include <napi.h>

#include <string>

namespace millrace {

// `new Receiver(dedup, maxLineBytes, maxEventBytes, events?)`: the ReceiverCore of contract.ts.
class ReceiverObject : public Door<ReceiverObject> {
 public:
  [[nodiscard]] static Napi::Function define(Napi::Env env);
  explicit ReceiverObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value feed(const Napi::CallbackInfo& info);
  void reset(const Napi::CallbackInfo& info);
  Napi::Value lastEventId(const Napi::CallbackInfo& info);
  Napi::Value heartbeats(const Napi::CallbackInfo& info);

  Receiver receiver_;
  std::string chunk_;  // the parser writes to it, and the caller's bytes are not ours
};

}  // namespace millrace
