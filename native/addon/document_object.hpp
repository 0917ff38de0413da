#pragma once

#include "addon/door.hpp"
#include "addon/hub_arguments.hpp"
#include "io/engine/channel_document.hpp"
#include "io/engine/engine.hpp"

#include <napi.h>

#include <memory>
#include <string>

namespace millrace {

// `new Document(hub, channel, types)`: the document of a channel of the process's hub of that name. See native-document.ts.
class DocumentObject : public Door<DocumentObject> {
 public:
  [[nodiscard]] static Napi::Function define(Napi::Env env);
  explicit DocumentObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value exists(const Napi::CallbackInfo& info);
  Napi::Value json(const Napi::CallbackInfo& info);
  Napi::Value set(const Napi::CallbackInfo& info);
  Napi::Value patch(const Napi::CallbackInfo& info);
  void clear(const Napi::CallbackInfo& info);

  // A document, and how it was at a moment.
  struct Standing {
    std::shared_ptr<ChannelDocument> document;
    EncodedDocument encoded;
  };
  [[nodiscard]] Standing standing() const;
  void readDocument() const;
  [[nodiscard]] bool isThere() const;
  // Null: the channel has none.
  [[nodiscard]] std::shared_ptr<ChannelDocument> documentIn(Hub& hub) const;
  // Brings data of the channel into the shape that its policy demands.
  [[nodiscard]] ContentChange shape(std::string& json);
  // An event was published, or was not.
  void count(WriteOutcome outcome, const ContentChange& change);

  std::size_t hub_;  // the engine's handle
  std::string key_;
  DocumentTypes types_;
  ContentView content_{Engine::process().content(hub_)};
};

}  // namespace millrace
