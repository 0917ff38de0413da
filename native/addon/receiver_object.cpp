#include "addon/receiver_object.hpp"

#include "addon/convert.hpp"

namespace millrace {
namespace {

TypeFilter toFilter(const Napi::Value& value) {
  if (!isGiven(value)) {
    return {};
  }
  std::string lines;
  for (const std::string& type : toTexts(value, "events")) {
    if (type.find('\n') == std::string::npos) {  // else it is none that could come
      lines.append(type).push_back('\n');
    }
  }
  return TypeFilter::only(lines);
}

ReceiverOptions toOptions(const Napi::CallbackInfo& info) {
  ReceiverOptions options;
  options.dedup = toWhole(info[0], "dedup");
  options.limits.lineBytes = toWhole(info[1], "maxLineBytes");
  options.limits.eventBytes = toWhole(info[2], "maxEventBytes");
  options.types = toFilter(info[3]);
  return options;
}

}  // namespace

Napi::Function ReceiverObject::define(Napi::Env env) {
  return DefineClass(
      env, "Receiver",
      {
          InstanceMethod("feed", &ReceiverObject::giving<&ReceiverObject::feed>),
          InstanceMethod("reset", &ReceiverObject::doing<&ReceiverObject::reset>),
          InstanceAccessor("lastEventId", &ReceiverObject::giving<&ReceiverObject::lastEventId>, nullptr),
          InstanceAccessor("heartbeats", &ReceiverObject::giving<&ReceiverObject::heartbeats>, nullptr),
      });
}

ReceiverObject::ReceiverObject(const Napi::CallbackInfo& info)
    : Door<ReceiverObject>(info), receiver_(throwingToJs(info.Env(), [&] { return Receiver(toOptions(info)); })) {}

Napi::Value ReceiverObject::feed(const Napi::CallbackInfo& info) {
  toBytes(info[0], "chunk", chunk_);
  receiver_.begin(chunk_);
  return itemsOf(info.Env(), receiver_);
}

void ReceiverObject::reset(const Napi::CallbackInfo& /*info*/) { receiver_.reset(); }

Napi::Value ReceiverObject::lastEventId(const Napi::CallbackInfo& info) {
  return toJs(info.Env(), receiver_.lastEventId());
}

Napi::Value ReceiverObject::heartbeats(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(receiver_.heartbeats()));
}

}  // namespace millrace
