#include "addon/environment_object.hpp"

#include "addon/convert.hpp"
#include "addon/hub_results.hpp"

namespace millrace {
namespace {

// What the callback throws is an uncaught exception of the thread, as with any timer. During the thread's end there is
// neither an environment nor a function.
void callWake(Napi::Env env, Napi::Function wake) {
  if (env == nullptr || wake.IsEmpty()) {
    return;
  }
  // Plain Node-API: where the thread is being terminated, a C++ exception could not even be made.
  napi_value exception = nullptr;
  if (napi_call_function(env, env.Global(), wake, 0, nullptr, nullptr) == napi_pending_exception &&
      napi_get_and_clear_last_exception(env, &exception) == napi_ok) {
    napi_fatal_exception(env, exception);
  }
}

Napi::Object endToJs(Napi::Env env, SubscriberId connection, CloseReason reason) {
  const Napi::Object entry = Napi::Object::New(env);
  entry.Set("connection", Napi::Number::New(env, static_cast<double>(connection)));
  entry.Set("reason", toJs(env, closeReasonName(reason)));
  return entry;
}

Napi::Array listOf(Napi::Env env, const std::vector<std::pair<SubscriberId, CloseReason>>& closing) {
  const Napi::Array array = Napi::Array::New(env, closing.size());
  std::uint32_t at = 0;
  for (const auto& [connection, reason] : closing) {
    array.Set(at++, endToJs(env, connection, reason));
  }
  return array;
}

Napi::Array listOf(Napi::Env env, const std::vector<Engine::Ended>& ended) {
  const Napi::Array array = Napi::Array::New(env, ended.size());
  std::uint32_t at = 0;
  for (const Engine::Ended& one : ended) {
    const Napi::Object entry = endToJs(env, one.subscriber, one.reason);
    entry.Set("tally", toJs(env, one.tally));
    array.Set(at++, entry);
  }
  return array;
}

}  // namespace

Napi::Function EnvironmentObject::define(Napi::Env env) {
  return DefineClass(env, "Environment",
                     {
                         InstanceAccessor("id", &EnvironmentObject::giving<&EnvironmentObject::id>, nullptr),
                         InstanceMethod("collect", &EnvironmentObject::giving<&EnvironmentObject::collect>),
                         InstanceMethod("settle", &EnvironmentObject::doing<&EnvironmentObject::settle>),
                         InstanceMethod("tick", &EnvironmentObject::giving<&EnvironmentObject::tick>),
                         InstanceAccessor("secret", &EnvironmentObject::giving<&EnvironmentObject::secret>, nullptr),
                         InstanceMethod("hold", &EnvironmentObject::doing<&EnvironmentObject::hold>),
                     });
}

EnvironmentObject::EnvironmentObject(const Napi::CallbackInfo& info) : Door<EnvironmentObject>(info), env_(info.Env()) {
  if (!info[0].IsFunction()) {
    throw Napi::TypeError::New(info.Env(), "wake must be a function");
  }
  constexpr std::size_t kUnlimited = 0;  // one at a time: the next is posted once it has collected
  wake_ = Napi::ThreadSafeFunction::New(info.Env(), info[0].As<Napi::Function>(), "millrace", kUnlimited, 1);
  wake_.Unref(info.Env());  // open connections keep no process alive; their sockets do
  owner_ = Engine::process().attach([this] { wake(); });
  // Hooks run last in, first out, so this one runs before Node ends the thread-safe function.
  napi_add_env_cleanup_hook(env_, &EnvironmentObject::onThreadEnd, this);
}

EnvironmentObject::~EnvironmentObject() {
  if (!hasEnded_) {
    napi_remove_env_cleanup_hook(env_, &EnvironmentObject::onThreadEnd, this);
    end();
  }
}

// A message that this thread posts to itself is delivered before the process may exit.
void EnvironmentObject::wake() {
  if (std::this_thread::get_id() == thread_ && !isPosted_) {
    isPosted_ = true;
    keepAlive();
  }
  wake_.NonBlockingCall(callWake);
}

void EnvironmentObject::onThreadEnd(void* self) { static_cast<EnvironmentObject*>(self)->end(); }

void EnvironmentObject::end() {
  hasEnded_ = true;
  if (owner_ != 0) {
    Engine::process().detach(owner_);
    wake_.Release();
  }
}

Napi::Value EnvironmentObject::id(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), owner_); }

Napi::Value EnvironmentObject::secret(const Napi::CallbackInfo& info) {
  const auto& secret = Engine::process().secret();
  const auto bytes = Napi::Buffer<std::uint8_t>::Copy(info.Env(), secret.data(), secret.size());
  return {info.Env(), static_cast<napi_value>(bytes)};
}

void EnvironmentObject::hold(const Napi::CallbackInfo& info) {
  isHeld_ = toFlag(info[0], "isHeld");
  keepAlive();
}

void EnvironmentObject::keepAlive() {
  const bool mustLive = isPosted_ || isHeld_;
  if (mustLive == isReferenced_) {
    return;
  }
  isReferenced_ = mustLive;
  if (mustLive) {
    wake_.Ref(env_);
  } else {
    wake_.Unref(env_);
  }
}

Napi::Value EnvironmentObject::collect(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (isPosted_) {
    isPosted_ = false;
    keepAlive();
  }
  const Engine::Collected collected = Engine::process().collect(owner_);
  const Napi::Array readable = Napi::Array::New(env, collected.readable.size());
  std::uint32_t at = 0;
  for (const SubscriberId connection : collected.readable) {
    readable.Set(at++, Napi::Number::New(env, static_cast<double>(connection)));
  }
  const Napi::Object turn = Napi::Object::New(env);
  turn.Set("readable", readable);
  turn.Set("closing", listOf(env, collected.closing));
  turn.Set("ended", listOf(env, collected.ended));
  turn.Set("hasStored", Napi::Boolean::New(env, collected.hasStored));
  turn.Set("authorizers", Napi::Number::New(env, static_cast<double>(collected.authorizers)));
  return turn;
}

void EnvironmentObject::settle(const Napi::CallbackInfo& /*info*/) { Engine::process().settle(owner_); }

Napi::Value EnvironmentObject::tick(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(Engine::process().tick()));
}

}  // namespace millrace
