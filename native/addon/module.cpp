#include "addon/document_object.hpp"
#include "addon/environment_object.hpp"
#include "addon/hub_object.hpp"
#include "addon/metrics_object.hpp"
#include "addon/receiver_object.hpp"
#include "addon/shaper_object.hpp"
#include "io/engine/engine.hpp"

#include <napi.h>

namespace millrace {
namespace {

Napi::Object init(Napi::Env env, Napi::Object exports) {
  Engine::process();  // has the hashes' key drawn before a receiver can need it
  exports.Set("Document", DocumentObject::define(env));
  exports.Set("Environment", EnvironmentObject::define(env));
  exports.Set("Hub", HubObject::define(env));
  exports.Set("Metrics", MetricsObject::define(env));
  exports.Set("Receiver", ReceiverObject::define(env));
  exports.Set("Shaper", ShaperObject::define(env));
  return exports;
}

}  // namespace
}  // namespace millrace

static Napi::Object initMillrace(Napi::Env env, Napi::Object exports) { return millrace::init(env, exports); }

NODE_API_MODULE(millrace, initMillrace)
