#include "io/churn_client.hpp"

#include "core/identity/event_id.hpp"
#include "core/log/replay.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace millrace::test {

ChurnClient::ChurnClient(Churn& churn, std::mt19937& random) : churn_(churn), random_(random) {
  channels_ = {below(Churn::kChannels)};
  if (const std::size_t other = below(Churn::kChannels); other != channels_.front()) {
    channels_.push_back(other);
  }
}

void ChurnClient::connect() {
  OpenOptions options = quiet();
  options.subscriber.lag.events = 20 + below(100);
  options.subscriber.lag.overflow = below(2) == 0 ? Overflow::dropOldest : Overflow::disconnect;
  if (below(4) == 0) {
    lastEventId_.clear();
    expected_ = {};
  }
  mayContinue_ = !lastEventId_.empty();
  if (mayContinue_) {
    options.lastEventId = lastEventId_;
  }
  id_ = churn_.engine.newSubscriberId();
  churn_.engine.with(churn_.hub, [&](Hub& hub, Instant now) {
    EXPECT_EQ(hub.open(id_, churn_.environment.owner(), options, now), OpenOutcome::opened);
    for (const std::size_t channel : channels_) {
      EXPECT_EQ(hub.join(id_, Churn::kKeys.at(channel), {}, now), JoinOutcome::joined);
    }
  });
  SocketPair pair = connectedPair(below(2) == 0 ? SocketKind::local : SocketKind::tcp, below(2) == 0 ? 4096 : 0);
  churn_.environment.adopt(churn_.hub, id_, std::move(pair.server));
  client_.emplace(std::move(pair.client));
  checked_ = 0;
  sequence_ = 0;
  stalls_ = 0;
  const std::lock_guard lock(churn_.mutex);
  churn_.connections.push_back(id_);
}

void ChurnClient::step() {
  if (stalls_ > 0) {
    --stalls_;
    return;
  }
  const std::size_t dice = below(1000);
  if (dice < 970) {
    read(1 + below(20000));
  } else if (dice < 990) {
    stalls_ = below(200);
  } else if (dice < 993) {
    client_->close();
  } else if (dice < 996) {
    client_->reset();
  } else if (dice < 998) {
    client_->halfClose();
  } else {
    churn_.engine.with(churn_.hub, [&](Hub& hub, Instant now) { hub.end(id_, CloseReason::closed, now); });
  }
  if (client_->isClosed() || client_->descriptor() < 0) {
    leave();
  }
}

void ChurnClient::read(std::size_t most) {
  static_cast<void>(client_->readThere(most));
  ASSERT_FALSE(client_->isBroken());
  for (; checked_ < client_->events().size(); ++checked_) {
    check(client_->events()[checked_]);
  }
  if (!client_->lastEventId().empty()) {
    lastEventId_ = client_->lastEventId();
  }
}

// "<channel> <number> <filling>", or "private <connection> <filling>".
void ChurnClient::check(const OwnedItem& item) {
  ASSERT_EQ(item.kind, ParsedItem::Kind::event);
  if (item.type == kVerdictType) {
    checkVerdict(item);
    return;
  }
  ASSERT_FALSE(mayContinue_) << "no verdict came first";
  const auto id = parseEventId(item.lastEventId);
  ASSERT_TRUE(id);
  ASSERT_GT(id->sequence, sequence_);
  sequence_ = id->sequence;
  ++churn_.received;
  const std::size_t space = item.data.find(' ');
  const std::string to = item.data.substr(0, space);
  const std::size_t number = std::stoul(item.data.substr(space + 1));
  ASSERT_EQ(item.data.back(), '.') << "the event is not whole";
  if (to == "private") {
    ASSERT_EQ(number, id_) << "this is another client's";
    ++churn_.privates;
    return;
  }
  const auto channel =
      static_cast<std::size_t>(std::find(Churn::kKeys.begin(), Churn::kKeys.end(), to) - Churn::kKeys.begin());
  ASSERT_NE(std::find(channels_.begin(), channels_.end(), channel), channels_.end()) << to;
  std::optional<std::size_t>& expected = expected_.at(channel);
  ASSERT_EQ(number, expected.value_or(number)) << "of " << to << " on connection " << id_;
  expected = number + 1;
}

void ChurnClient::checkVerdict(const OwnedItem& item) {
  if (std::exchange(mayContinue_, false) && item.data == R"({"verdict":"continued"})") {
    ++churn_.resumed;
    return;
  }
  ASSERT_EQ(item.data, R"({"verdict":"gap"})");
  ++churn_.gaps;
  expected_ = {};
}

}  // namespace millrace::test
