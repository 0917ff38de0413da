#pragma once

#include <napi.h>

#include <exception>
#include <string>
#include <type_traits>
#include <utility>

namespace millrace {

// What C++ code throws behind a door, for want of memory or of something of the system's, becomes a JavaScript error there: an
// exception that leaves the addon ends the process.
template <typename Act>
auto throwingToJs(Napi::Env env, Act&& act) -> std::invoke_result_t<Act> {
  try {
    return std::forward<Act>(act)();
  } catch (const Napi::Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Napi::Error::New(env, std::string("Millrace's addon failed: ") + error.what());
  } catch (...) {
    throw Napi::Error::New(env, "Millrace's addon failed");
  }
}

// A class that JavaScript knows. Each of its methods is defined by one of these.
template <typename Self>
class Door : public Napi::ObjectWrap<Self> {
 public:
  using Napi::ObjectWrap<Self>::ObjectWrap;

  template <Napi::Value (Self::*Method)(const Napi::CallbackInfo&)>
  Napi::Value giving(const Napi::CallbackInfo& info) {
    return throwingToJs(info.Env(), [&] { return (static_cast<Self*>(this)->*Method)(info); });
  }

  template <void (Self::*Method)(const Napi::CallbackInfo&)>
  void doing(const Napi::CallbackInfo& info) {
    throwingToJs(info.Env(), [&] { (static_cast<Self*>(this)->*Method)(info); });
  }
};

}  // namespace millrace
