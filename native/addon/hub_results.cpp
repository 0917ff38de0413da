#include "addon/hub_results.hpp"

#include "addon/convert.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>

namespace millrace {
namespace {

Napi::Number numberToJs(Napi::Env env, std::uint64_t value) {
  return Napi::Number::New(env, static_cast<double>(value));
}

void setNumbers(const Napi::Object& object, std::initializer_list<std::pair<const char*, std::uint64_t>> numbers) {
  for (const auto& [name, value] : numbers) {
    object.Set(name, numberToJs(object.Env(), value));
  }
}

// An object of the counts by their names, those that are 0 included.
template <std::size_t Size, typename NameOf>
Napi::Object byName(Napi::Env env, const std::array<std::uint64_t, Size>& counts, NameOf&& nameOf) {
  const Napi::Object object = Napi::Object::New(env);
  for (std::size_t at = 0; at < Size; ++at) {
    object.Set(std::string(nameOf(at)), numberToJs(env, counts[at]));
  }
  return object;
}

Napi::Object byCode(Napi::Env env, const RefusalCounts& refusals) {
  const Napi::Object object = Napi::Object::New(env);
  for (const auto& [code, count] : refusals.counts()) {
    object.Set(code, numberToJs(env, count));
  }
  return object;
}

Napi::Array numbersToJs(Napi::Env env, std::span<const std::uint64_t> numbers) {
  const Napi::Array array = Napi::Array::New(env, numbers.size());
  std::uint32_t at = 0;
  for (const std::uint64_t number : numbers) {
    array.Set(at++, numberToJs(env, number));
  }
  return array;
}

Napi::Object histogramToJs(Napi::Env env, const Histogram& histogram) {
  constexpr double kMedian = 0.5;
  constexpr double kSlowest = 0.99;
  const Napi::Object object = Napi::Object::New(env);
  object.Set("bounds", numbersToJs(env, histogram.bounds()));
  object.Set("counts", numbersToJs(env, histogram.counts()));
  object.Set("sum", numberToJs(env, histogram.sum()));
  const auto setQuantile = [&](const char* name, double share) {
    object.Set(name, Napi::Number::New(env, quantile(histogram.bounds(), histogram.counts(), share)));
  };
  setQuantile("p50", kMedian);
  setQuantile("p99", kSlowest);
  return object;
}

}  // namespace

Napi::Object toJs(Napi::Env env, const HubStats& stats) {
  const Napi::Object object = Napi::Object::New(env);
  setNumbers(object, {{"connections", stats.connections},
                      {"connectionsLimit", stats.mostConnections},
                      {"channels", stats.channels},
                      {"inboxBytes", stats.inboxBytes},
                      {"takenOver", stats.takenOver},
                      {"heldEvents", stats.heldEvents}});
  object.Set("isDraining", Napi::Boolean::New(env, stats.isDraining));
  return object;
}

Napi::Object toJs(Napi::Env env, const PolicyMetrics& policy, const ContentCounts* content, Instant now) {
  const ClassMetrics& counts = policy.counts;
  const Napi::Object object = Napi::Object::New(env);
  object.Set("name", toJs(env, policy.name));
  setNumbers(object, {{"channels", policy.channels},
                      {"connections", policy.connections},
                      {"published", counts.published},
                      {"publishedBytes", counts.publishedBytes},
                      {"delivered", counts.delivered},
                      {"deliveredBytes", counts.deliveredBytes},
                      {"held", counts.held},
                      {"merged", counts.merged},
                      {"dropped", policy.dropped},
                      {"redacted", content == nullptr ? 0 : content->redacted.load()},
                      {"truncated", content == nullptr ? 0 : content->truncated.load()},
                      {"referenced", content == nullptr ? 0 : content->referenced.load()},
                      {"evicted", counts.evicted},
                      {"expired", counts.expired},
                      {"opened", counts.opened},
                      {"resumed", counts.resumed},
                      {"heartbeats", counts.heartbeats},
                      {"errorRecords", counts.errorRecords}});
  object.Set("ended",
             byName(env, counts.ended, [](std::size_t at) { return closeReasonName(static_cast<CloseReason>(at)); }));
  object.Set("verdicts",
             byName(env, counts.verdicts, [](std::size_t at) { return verdictName(static_cast<Verdict>(at)); }));
  object.Set("refusedStreams", byCode(env, counts.refusedStreams));
  object.Set("refusedEvents", byCode(env, counts.refusedEvents));
  object.Set("refusedRequests", byCode(env, counts.refusedRequests));
  const Napi::Object rates = Napi::Object::New(env);
  const auto setRate = [&](const char* name, const RateMeter& meter) {
    rates.Set(name, Napi::Number::New(env, meter.perSecond(now)));
  };
  setRate("published", counts.publishRate);
  setRate("delivered", counts.deliverRate);
  setRate("opened", counts.openRate);
  setRate("resumed", counts.resumeRate);
  setRate("heartbeats", counts.heartbeatRate);
  setRate("failures", counts.failureRate);
  setRate("errorRecords", counts.errorRecordRate);
  object.Set("perSecond", rates);
  object.Set("latencyMs", histogramToJs(env, counts.latency));
  object.Set("eventBytes", histogramToJs(env, counts.eventBytes));
  object.Set("lagEvents", histogramToJs(env, counts.lag));
  object.Set("durationMs", histogramToJs(env, counts.duration));
  return object;
}

Napi::Object toJs(Napi::Env env, const MemoryAccount& account) {
  const Napi::Object object = Napi::Object::New(env);
  setNumbers(object, {{"events", account.events},
                      {"logs", account.logs},
                      {"channels", account.channels},
                      {"connections", account.connections},
                      {"waiting", account.waiting}});
  return object;
}

Napi::Object toJs(Napi::Env env, const StreamTally& tally) {
  const Napi::Object object = Napi::Object::New(env);
  setNumbers(object, {{"events", tally.events}, {"bytes", tally.bytes}});
  return object;
}

Napi::Object toJs(Napi::Env env, const WholeContent& content) {
  const Napi::Object object = Napi::Object::New(env);
  object.Set("data", toJs(env, content.data.text));
  object.Set("mergeKey", toJs(env, content.mergeKey));
  object.Set("isRedacted", Napi::Boolean::New(env, content.data.change.isRedacted));
  return object;
}

Napi::Object toJs(Napi::Env env, const RecordFault& fault) {
  const Napi::Object object = Napi::Object::New(env);
  object.Set("member", toJs(env, fault.member));
  object.Set("fault", toJs(env, fault.message));
  return object;
}

Napi::Object toJs(Napi::Env env, const PollPage& page) {
  const Napi::Object object = Napi::Object::New(env);
  object.Set("events", toJs(env, page.events));
  object.Set("position", toJs(env, page.position));
  object.Set("hasMore", Napi::Boolean::New(env, page.hasMore));
  object.Set("verdict", page.verdict ? Napi::Value(toJs(env, verdictName(*page.verdict))) : env.Null());
  object.Set("retryMs", page.retry ? Napi::Value(Napi::Number::New(env, *page.retry)) : env.Undefined());
  return object;
}

Napi::Value bytesToJs(Napi::Env env, std::string_view bytes) {
  if (bytes.empty()) {
    return env.Null();
  }
  Napi::Uint8Array array = Napi::Uint8Array::New(env, bytes.size());
  std::memcpy(array.Data(), bytes.data(), bytes.size());
  return array;
}

}  // namespace millrace
