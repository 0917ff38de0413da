#include "addon/shaper_object.hpp"

#include "addon/convert.hpp"
#include "addon/policy_arguments.hpp"

#include <memory>
#include <string>

namespace millrace {

Napi::Function ShaperObject::define(Napi::Env env) {
  return DefineClass(env, "Shaper", {InstanceMethod("shape", &ShaperObject::giving<&ShaperObject::shape>)});
}

ShaperObject::ShaperObject(const Napi::CallbackInfo& info) : Door<ShaperObject>(info) {
  throwingToJs(info.Env(), [&] {
    const ContentSettings settings = toContentSettings(toObject(info[0], "settings"));
    shaper_.emplace(settings.over({}), std::make_shared<ContentCounts>());
  });
}

Napi::Value ShaperObject::shape(const Napi::CallbackInfo& info) {
  const std::string text = toText(info[0], "text");
  const TextKind kind = toFlag(info[1], "isRaw") ? TextKind::plain : TextKind::json;
  const std::optional<ShapedData> shaped = shaper_->shape(text, kind);
  return shaped ? Napi::Value(toJs(info.Env(), shaped->text)) : info.Env().Null();
}

}  // namespace millrace
