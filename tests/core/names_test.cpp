// The names and numbers that TypeScript must agree on: tests/names.json has them, and tests/js/names.test.ts compares the
// other side.
#include "core/base/error.hpp"
#include "core/hub/close_reason.hpp"
#include "core/hub/hub_options.hpp"
#include "core/hub/outcomes.hpp"
#include "core/log/replay.hpp"
#include "core/session/receiver.hpp"
#include "core/session/session.hpp"
#include "core/wire/notice.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <fstream>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

namespace json = boost::json;
using Names = std::vector<std::string>;

json::object table() {
  std::ifstream file(MILLRACE_NAMES, std::ios::binary);
  return json::parse(std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()}).as_object();
}

Names namesIn(std::string_view member) {
  Names names;
  const json::object all = table();
  for (const json::value& name : all.at(member).as_array()) {
    names.emplace_back(std::string_view(name.as_string()));
  }
  return names;
}

template <typename Value, typename NameOf>
Names namesOf(std::initializer_list<Value> values, NameOf&& nameOf) {
  Names names;
  for (const Value value : values) {
    names.emplace_back(nameOf(value));
  }
  return names;
}

TEST(Names, closeReasons) {
  const json::object reasons = table().at("closeReasons").as_object();
  ASSERT_EQ(reasons.size(), kCloseReasons);
  for (std::size_t at = 0; at < kCloseReasons; ++at) {
    const auto reason = static_cast<CloseReason>(at);
    const json::object& said = reasons.at(closeReasonName(reason)).as_object();
    EXPECT_EQ(said.at("isIntended").as_bool(), isIntended(reason)) << closeReasonName(reason);
    EXPECT_EQ(said.at("isFinal").as_bool(), isFinal(reason)) << closeReasonName(reason);
  }
}

TEST(Names, outcomes) {
  const auto outcome = [](auto value) { return outcomeName(value); };
  EXPECT_EQ(namesOf({OpenOutcome::serverFull, OpenOutcome::draining}, outcome), namesIn("openRefusals"));
  EXPECT_EQ(namesOf({JoinOutcome::joined, JoinOutcome::alreadyThere, JoinOutcome::closed, JoinOutcome::channelFull,
                     JoinOutcome::policyFull, JoinOutcome::userFull, JoinOutcome::tooManyChannels, JoinOutcome::hubFull,
                     JoinOutcome::policyChannels, JoinOutcome::denied, JoinOutcome::tooFast},
                    outcome),
            namesIn("joinOutcomes"));
  const auto refusal = [](WriteOutcome value) { return refusalName(value); };
  EXPECT_EQ(namesOf({WriteOutcome::closed, WriteOutcome::invalidType, WriteOutcome::invalidId, WriteOutcome::empty,
                     WriteOutcome::tooLarge, WriteOutcome::dataTooLarge, WriteOutcome::overloaded,
                     WriteOutcome::hubFull, WriteOutcome::policyChannels, WriteOutcome::channelClosed},
                    refusal),
            namesIn("writeRefusals"));
  EXPECT_EQ(namesOf({WriteOutcome::rateLimited, WriteOutcome::userRateLimited}, refusal), namesIn("rateRefusals"));
  EXPECT_EQ(namesOf({PublishState::held, PublishState::merged}, stateName), namesIn("waitingStates"));
  const auto fault = [](IdFault value) { return refusalName(WriteOutcome::invalidId, value); };
  EXPECT_EQ(
      namesOf({IdFault::empty, IdFault::tooLong, IdFault::control, IdFault::outerSpace, IdFault::reserved}, fault),
      namesIn("idRefusals"));
}

TEST(Names, ofTheStream) {
  EXPECT_EQ(namesOf({Verdict::continued, Verdict::gap, Verdict::reset}, verdictName), namesIn("verdicts"));
  const json::object notices = table().at("notices").as_object();
  EXPECT_EQ(notices.at("prefix").as_string(), kNoticeTypes);
  EXPECT_EQ(notices.at("begin").as_string(), kBeginType);
  EXPECT_EQ(notices.at("end").as_string(), kEndType);
  EXPECT_EQ(notices.at("resume").as_string(), kVerdictType);
  EXPECT_EQ(table().at("done").as_string(), kDone);
  EXPECT_EQ(namesOf({ErrorCode::lineTooLong, ErrorCode::eventTooLarge, ErrorCode::invalidUtf8}, codeName),
            namesIn("parseErrors"));
}

TEST(Names, limitsAndDefaults) {
  const HubOptions hub;
  const SubscriberOptions subscriber;
  const ReceiverOptions receiver;
  const SessionOptions session;
  const auto count = [](auto value) { return static_cast<std::int64_t>(value); };
  const std::initializer_list<std::pair<const char*, std::int64_t>> defaults = {
      {"historyEvents", count(hub.history.events)},
      {"historyBytes", count(hub.history.bytes)},
      {"historyTtlMs", hub.history.ttl.count()},
      {"maxBytes", count(hub.maxBytes)},
      {"connections", count(hub.connections)},
      {"perUser", count(hub.perUser)},
      {"channels", count(hub.channels)},
      {"channelsPerConnection", count(hub.channelsPerConnection)},
      {"channelTtlMs", hub.channelTtl.count()},
      {"unreadForMs", hub.unreadFor.count()},
      {"lagGraceMs", hub.lagGrace.count()},
      {"inboxBytes", count(hub.inboxBytes)},
      {"lagEvents", count(subscriber.lag.events)},
      {"lagBytes", count(subscriber.lag.bytes)},
      {"lagStallMs", subscriber.lag.stall.count()},
      {"heartbeatMs", subscriber.heartbeat.every.count()},
      {"dedup", count(receiver.dedup)},
      {"lineBytes", count(receiver.limits.lineBytes)},
      {"eventBytes", count(receiver.limits.eventBytes)},
      {"silenceMs", session.silence.count()},
      {"baseMs", session.backoff.base.count()},
      {"maxMs", session.backoff.most.count()},
      {"serverMinMs", session.backoff.serverLeast.count()},
      {"serverMaxMs", session.backoff.serverMost.count()},
      {"failures", count(session.breaker.failures)},
      {"coolDownMs", session.breaker.coolDown.count()},
  };
  const json::object said = table().at("defaults").as_object();
  EXPECT_EQ(said.size(), defaults.size());
  for (const auto& [name, value] : defaults) {
    EXPECT_EQ(said.at(name).to_number<std::int64_t>(), value) << name;
  }
  const json::object limits = table().at("limits").as_object();
  EXPECT_EQ(limits.at("idBytes").to_number<std::size_t>(), kMostIdBytes);
  EXPECT_EQ(limits.at("retryMs").to_number<std::uint64_t>(), std::numeric_limits<std::uint32_t>::max());
}

}  // namespace
}  // namespace millrace
