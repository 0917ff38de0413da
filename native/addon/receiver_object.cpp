#include "addon/receiver_object.hpp"

#include "addon/convert.hpp"

namespace millrace {
namespace {

ReceiverOptions toOptions(const Napi::CallbackInfo& info) {
  ReceiverOptions options;
  options.dedup = toWhole(info[0], "dedup");
  options.limits.lineBytes = toWhole(info[1], "maxLineBytes");
  options.limits.eventBytes = toWhole(info[2], "maxEventBytes");
  return options;
}

}  // namespace

Napi::Function ReceiverObject::define(Napi::Env env) {
  return DefineClass(env, "Receiver",
                     {
                         InstanceMethod<&ReceiverObject::feed>("feed"),
                         InstanceMethod<&ReceiverObject::reset>("reset"),
                         InstanceAccessor<&ReceiverObject::lastEventId>("lastEventId"),
                     });
}

ReceiverObject::ReceiverObject(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<ReceiverObject>(info), receiver_(toOptions(info)) {}

Napi::Value ReceiverObject::feed(const Napi::CallbackInfo& info) {
  toBytes(info[0], "chunk", chunk_);
  return toJs(info.Env(), receiver_.feed(chunk_));
}

void ReceiverObject::reset(const Napi::CallbackInfo& /*info*/) { receiver_.reset(); }

Napi::Value ReceiverObject::lastEventId(const Napi::CallbackInfo& info) {
  return toJs(info.Env(), receiver_.lastEventId());
}

}  // namespace millrace
