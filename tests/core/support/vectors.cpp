#include "core/support/vectors.hpp"

#include "core/support/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <stdexcept>

namespace millrace::test {
namespace {

namespace json = boost::json;

std::string textOf(const json::value& value) { return std::string(std::string_view(value.as_string())); }

std::optional<std::string> textIn(const json::object& object, std::string_view member) {
  const json::value* const value = object.if_contains(member);
  return value == nullptr ? std::nullopt : std::optional(textOf(*value));
}

template <typename Number>
std::optional<Number> numberIn(const json::object& object, std::string_view member) {
  const json::value* const value = object.if_contains(member);
  return value == nullptr ? std::nullopt : std::optional(value->to_number<Number>());
}

// A member that nobody reads is a misspelled one.
void allowOnly(const json::object& object, std::initializer_list<std::string_view> members) {
  for (const auto& member : object) {
    if (std::find(members.begin(), members.end(), std::string_view(member.key())) == members.end()) {
      throw std::invalid_argument("unknown member in a vector: " + std::string(member.key()));
    }
  }
}

// All cases of one subject, in the order of the files' names.
std::vector<json::object> casesOf(std::string_view subject) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(MILLRACE_VECTORS)) {
    if (entry.path().extension() == ".json") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  std::vector<json::object> cases;
  for (const auto& path : files) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const json::value content = json::parse(text);
    allowOnly(content.as_object(), {"subject", "source", "cases"});
    if (textOf(content.at("subject")) == subject) {
      for (const json::value& each : content.at("cases").as_array()) {
        cases.push_back(each.as_object());
      }
    }
  }
  return cases;
}

OwnedItem toItem(const json::object& object) {
  allowOnly(object, {"event", "retry", "error", "limit"});
  if (const auto retry = numberIn<std::uint32_t>(object, "retry")) {
    return retryItem(*retry);
  }
  if (const auto error = textIn(object, "error")) {
    return errorItem(*error, object.at("limit").to_number<std::size_t>());
  }
  const json::object& event = object.at("event").as_object();
  allowOnly(event, {"type", "data", "lastEventId", "isRaw"});
  OwnedItem item = eventItem(textOf(event.at("type")), textOf(event.at("data")), textOf(event.at("lastEventId")));
  item.isRaw = event.contains("isRaw");
  return item;
}

ReceiverOptions toReceiverOptions(const json::object& object, std::size_t dedup) {
  ReceiverOptions options;
  options.dedup = dedup;
  if (const json::value* const given = object.if_contains("options")) {
    const json::object& members = given->as_object();
    allowOnly(members, {"dedup", "maxLineBytes", "maxEventBytes", "events"});
    options.dedup = numberIn<std::size_t>(members, "dedup").value_or(dedup);
    options.limits.lineBytes = numberIn<std::size_t>(members, "maxLineBytes").value_or(options.limits.lineBytes);
    options.limits.eventBytes = numberIn<std::size_t>(members, "maxEventBytes").value_or(options.limits.eventBytes);
    if (const json::value* const events = members.if_contains("events")) {
      std::string lines;
      for (const json::value& type : events->as_array()) {
        const std::string text = textOf(type);
        lines += text.find('\n') == std::string::npos ? text + "\n" : "";
      }
      options.types = TypeFilter::only(lines);
    }
  }
  return options;
}

std::uint64_t toNumber(std::string_view digits, int base) {
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  return number;
}

SessionAction toAction(const json::object& object) {
  allowOnly(object, {"kind", "delayMs"});
  const std::string kind = textOf(object.at("kind"));
  SessionAction action;
  action.kind = kind == "connect"  ? SessionAction::Kind::connect
                : kind == "wait"   ? SessionAction::Kind::wait
                : kind == "close"  ? SessionAction::Kind::close
                : kind == "giveUp" ? SessionAction::Kind::giveUp
                : kind == "poll"   ? SessionAction::Kind::poll
                                   : SessionAction::Kind::none;
  const auto delay = numberIn<std::int64_t>(object, "delayMs").value_or(0);
  action.delay = delay < 0 ? Millis::max() : Millis(delay);
  return action;
}

SessionOptions toSessionOptions(const json::object& given) {
  allowOnly(given, {"attempts", "baseMs", "maxMs", "failures", "coolDownMs", "silenceMs", "pollEveryMs", "pollAfter",
                    "pausesWhenHidden", "serverMinMs", "serverMaxMs"});
  SessionOptions options;
  const auto setMillis = [&](std::string_view name, Millis& option) {
    option = Millis(numberIn<std::int64_t>(given, name).value_or(option.count()));
  };
  options.attempts = numberIn<std::uint32_t>(given, "attempts");
  setMillis("baseMs", options.backoff.base);
  setMillis("maxMs", options.backoff.most);
  setMillis("serverMinMs", options.backoff.serverLeast);
  setMillis("serverMaxMs", options.backoff.serverMost);
  options.breaker.failures = numberIn<std::uint32_t>(given, "failures").value_or(options.breaker.failures);
  setMillis("coolDownMs", options.breaker.coolDown);
  setMillis("silenceMs", options.silence);
  setMillis("pollEveryMs", options.pollEvery);
  options.pollAfter = numberIn<std::uint32_t>(given, "pollAfter").value_or(options.pollAfter);
  options.pausesWhenHidden = given.contains("pausesWhenHidden") && given.at("pausesWhenHidden").as_bool();
  return options;
}

SessionStep toStep(const json::object& object) {
  allowOnly(object, {"call", "loss", "nowMs", "random", "ms", "retryAfterMs", "silenceMs", "heartbeatMs", "heartbeats",
                     "events", "sentMs", "everyMs", "result", "action", "state", "attempts", "health", "deadlineMs",
                     "isPolling"});
  SessionStep step;
  step.call = textOf(object.at("call"));
  const std::string loss = textIn(object, "loss").value_or("transient");
  step.loss = loss == "final" ? Loss::final : loss == "planned" ? Loss::planned : Loss::transient;
  step.now = Instant(Millis(numberIn<std::int64_t>(object, "nowMs").value_or(0)));
  step.random = numberIn<double>(object, "random").value_or(0);
  step.retry = Millis(numberIn<std::int64_t>(object, "ms").value_or(0));
  step.retryAfter = Millis(numberIn<std::int64_t>(object, "retryAfterMs").value_or(0));
  if (const auto silence = numberIn<std::int64_t>(object, "silenceMs")) {
    step.facts.silence = Millis(*silence);
  }
  step.facts.heartbeat = Millis(numberIn<std::int64_t>(object, "heartbeatMs").value_or(0));
  step.heartbeats = numberIn<unsigned>(object, "heartbeats").value_or(0);
  step.events = numberIn<unsigned>(object, "events").value_or(0);
  step.sentMs = numberIn<double>(object, "sentMs").value_or(0);
  step.every = Millis(numberIn<std::int64_t>(object, "everyMs").value_or(0));
  const std::string result = textIn(object, "result").value_or("events");
  step.result = result == "failed"    ? PollResult::failed
                : result == "nothing" ? PollResult::nothing
                : result == "more"    ? PollResult::more
                                      : PollResult::events;
  step.health = textIn(object, "health");
  step.deadline = numberIn<std::int64_t>(object, "deadlineMs");
  step.isPolling = object.contains("isPolling") && object.at("isPolling").as_bool();
  step.action = toAction(object.at("action").as_object());
  step.state = textOf(object.at("state"));
  step.attempts = object.at("attempts").to_number<std::uint32_t>();
  return step;
}

}  // namespace

std::vector<ReceiverVector> receiverVectors(std::string_view subject) {
  const std::size_t dedup = subject == "parser" ? 0 : ReceiverOptions{}.dedup;
  std::vector<ReceiverVector> vectors;
  for (const json::object& each : casesOf(subject)) {
    allowOnly(each, {"name", "options", "before", "beforeHex", "input", "inputHex", "expect", "lastEventId",
                     "heartbeats", "everyMs", "beats"});
    ReceiverVector vector;
    vector.name = textOf(each.at("name"));
    vector.options = toReceiverOptions(each, dedup);
    const auto before = textIn(each, "before");
    vector.before = before ? *before : fromHex(textIn(each, "beforeHex").value_or(""));
    const auto input = textIn(each, "input");
    vector.input = input ? *input : fromHex(textOf(each.at("inputHex")));
    for (const json::value& item : each.at("expect").as_array()) {
      vector.expect.push_back(toItem(item.as_object()));
    }
    vector.lastEventId = textOf(each.at("lastEventId"));
    vector.heartbeats = numberIn<std::size_t>(each, "heartbeats");
    vector.everyMs = numberIn<std::uint32_t>(each, "everyMs");
    if (const json::value* const beats = each.if_contains("beats")) {
      for (const json::value& beat : beats->as_array()) {
        vector.beats.push_back({textOf(beat.at("text")), textIn(beat.as_object(), "cursor").value_or("")});
      }
    }
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

std::vector<EncoderVector> encoderVectors() {
  std::vector<EncoderVector> vectors;
  for (const json::object& each : casesOf("encoder")) {
    allowOnly(each, {"name", "fields", "bytes", "error"});
    const json::object& fields = each.at("fields").as_object();
    allowOnly(fields, {"event", "id", "retry", "data", "raw"});
    EncoderVector vector;
    vector.name = textOf(each.at("name"));
    vector.isRaw = fields.contains("raw");
    vector.type = textIn(fields, "event").value_or("");
    vector.id = textIn(fields, "id");
    vector.retry = numberIn<std::uint32_t>(fields, "retry");
    vector.data = textIn(fields, "data");
    vector.bytes = textIn(each, "bytes");
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

std::vector<EventIdVector> eventIdVectors() {
  std::vector<EventIdVector> vectors;
  for (const json::object& each : casesOf("event-id")) {
    allowOnly(each, {"name", "text", "eventId"});
    EventIdVector vector;
    vector.name = textOf(each.at("name"));
    vector.text = textOf(each.at("text"));
    if (const json::object* const id = each.at("eventId").if_object()) {
      vector.eventId = EventId{toNumber(textOf(id->at("epoch")), 36), toNumber(textOf(id->at("sequence")), 10)};
    }
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

std::vector<NoticeVector> noticeVectors() {
  std::vector<NoticeVector> vectors;
  for (const json::object& each : casesOf("notice")) {
    allowOnly(each, {"name", "type", "data", "begin", "end"});
    NoticeVector vector;
    vector.name = textOf(each.at("name"));
    vector.type = textOf(each.at("type"));
    vector.data = textOf(each.at("data"));
    if (const json::value* const begin = each.if_contains("begin")) {
      vector.resumes = begin->at("resumes").as_bool();
    } else {
      vector.reason = textOf(each.at("end").at("reason"));
      vector.reconnect = each.at("end").at("reconnect").as_bool();
    }
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

std::vector<SessionVector> sessionVectors() {
  std::vector<SessionVector> vectors;
  for (const json::object& each : casesOf("session")) {
    allowOnly(each, {"name", "options", "steps"});
    SessionVector vector;
    vector.name = textOf(each.at("name"));
    if (const json::value* const given = each.if_contains("options")) {
      const json::object& options = given->as_object();
      vector.options = toSessionOptions(options);
    }
    for (const json::value& step : each.at("steps").as_array()) {
      vector.steps.push_back(toStep(step.as_object()));
    }
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

ScheduleDigest scheduleDigest() {
  const json::object only = casesOf("session-schedules").at(0);
  allowOnly(only, {"name", "seed", "schedules", "digest"});
  const auto number = [&](std::string_view name) { return only.at(name).to_number<std::uint32_t>(); };
  return {number("seed"), number("schedules"), number("digest")};
}

}  // namespace millrace::test
