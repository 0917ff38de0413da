#include "addon/convert.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace millrace {
namespace {

[[noreturn]] void throwType(const Napi::Value& value, std::string_view name, std::string_view expected) {
  throw Napi::TypeError::New(value.Env(), std::string(name).append(" must be ").append(expected));
}

Napi::Object toErrorItem(Napi::Env env, ErrorCode error, std::size_t limit) {
  const Napi::Object object = Napi::Object::New(env);
  object.Set("kind", "error");
  object.Set("code", toJs(env, codeName(error)));
  object.Set("limit", Napi::Number::New(env, static_cast<double>(limit)));
  return object;
}

Napi::Object toItem(Napi::Env env, const ParsedItem& item) {
  if (item.kind == ParsedItem::Kind::error) {
    return toErrorItem(env, item.error, item.limit);
  }
  const Napi::Object object = Napi::Object::New(env);
  if (item.kind == ParsedItem::Kind::retry) {
    object.Set("kind", "retry");
    object.Set("ms", Napi::Number::New(env, item.retry));
    return object;
  }
  object.Set("kind", "event");
  object.Set("type", toJs(env, item.type));
  object.Set("data", toJs(env, item.data));
  object.Set("lastEventId", toJs(env, item.lastEventId));
  if (item.isRaw) {
    object.Set("isRaw", Napi::Boolean::New(env, true));
  }
  return object;
}

}  // namespace

std::string toText(const Napi::Value& value, std::string_view name) {
  if (!value.IsString()) {
    throwType(value, name, "a string");
  }
  return value.As<Napi::String>().Utf8Value();
}

double toNumber(const Napi::Value& value, std::string_view name) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  if (!(number >= 0)) {
    throwType(value, name, "a number of at least 0");
  }
  return number;
}

std::uint64_t toWhole(const Napi::Value& value, std::string_view name) {
  constexpr double kLargestExact = 9007199254740991;  // 2^53 - 1
  const double number = toNumber(value, name);
  return number > kLargestExact ? std::numeric_limits<std::uint64_t>::max() : static_cast<std::uint64_t>(number);
}

Millis toMillis(const Napi::Value& value, std::string_view name) {
  constexpr std::uint64_t kLongest = std::uint64_t{1} << 42U;
  return Millis(static_cast<Millis::rep>(std::min(kLongest, toWhole(value, name))));
}

int toDescriptor(const Napi::Value& value, std::string_view name) {
  const std::uint64_t number = toWhole(value, name);
  if (number > static_cast<std::uint64_t>(std::numeric_limits<int>::max())) {
    throwType(value, name, "a file descriptor");
  }
  return static_cast<int>(number);
}

bool toFlag(const Napi::Value& value, std::string_view name) {
  if (!value.IsBoolean()) {
    throwType(value, name, "true or false");
  }
  return value.As<Napi::Boolean>().Value();
}

Napi::Object toObject(const Napi::Value& value, std::string_view name) {
  if (!value.IsObject()) {
    throwType(value, name, "an object");
  }
  return value.As<Napi::Object>();
}

std::vector<std::string> toTexts(const Napi::Value& value, std::string_view name) {
  if (!value.IsArray()) {
    throwType(value, name, "an array of strings");
  }
  const auto array = value.As<Napi::Array>();
  std::vector<std::string> texts;
  texts.reserve(std::min<std::size_t>(array.Length(), 64));  // a length alone is no reason for memory
  for (std::uint32_t at = 0; at < array.Length(); ++at) {
    texts.push_back(toText(array.Get(at), name));
  }
  return texts;
}

void toBytes(const Napi::Value& value, std::string_view name, std::string& out) {
  const bool isBytes = value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array;
  if (!isBytes) {
    throwType(value, name, "a Uint8Array");
  }
  const auto bytes = value.As<Napi::Uint8Array>();
  out.assign(reinterpret_cast<const char*>(bytes.Data()), bytes.ElementLength());
}

Napi::Value itemsOf(Napi::Env env, Receiver& receiver) {
  const Napi::Array array = Napi::Array::New(env);
  std::uint32_t at = 0;
  while (const ParsedItem* const item = receiver.next()) {
    if (hasInvalidUtf8(*item)) {
      array.Set(at++, toErrorItem(env, ErrorCode::invalidUtf8, 0));
    }
    array.Set(at++, toItem(env, *item));
  }
  return array;
}

Napi::Value toJs(Napi::Env env, WriteOutcome outcome, const Receipt& receipt) {
  const Napi::Object object = Napi::Object::New(env);
  switch (outcome) {
    case WriteOutcome::written:
      if (receipt.state != PublishState::sent) {
        return toJs(env, stateName(receipt.state));
      }
      object.Set("id", toJs(env, receipt.id));
      object.Set("recipients", Napi::Number::New(env, static_cast<double>(receipt.recipients)));
      if (receipt.isDurable) {
        object.Set("sequence", Napi::Number::New(env, static_cast<double>(receipt.sequence)));
      }
      if (receipt.isRepeat) {
        object.Set("isRepeat", Napi::Boolean::New(env, true));
      }
      return object;
    case WriteOutcome::rateLimited:
    case WriteOutcome::userRateLimited:
      object.Set("refusal", toJs(env, refusalName(outcome)));
      object.Set("retryAfterMs", Napi::Number::New(env, static_cast<double>(receipt.retryAfter.count())));
      return object;
    default:
      return toJs(env, refusalName(outcome, receipt.idFault));
  }
}

Napi::Value toJs(Napi::Env env, const std::vector<std::string>& texts) {
  const Napi::Array array = Napi::Array::New(env, texts.size());
  std::uint32_t at = 0;
  for (const std::string& text : texts) {
    array.Set(at++, toJs(env, text));
  }
  return array;
}

}  // namespace millrace
