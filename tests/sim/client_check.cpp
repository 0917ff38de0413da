#include "sim/client_check.hpp"

#include "core/identity/event_id.hpp"
#include "core/log/replay.hpp"
#include "core/wire/notice.hpp"
#include "sim/violation.hpp"

#include <algorithm>
#include <vector>

namespace millrace::sim {

void ClientCheck::connected(const Beginning& beginning) {
  beginning_ = beginning;
  order_ = 0;
  if (!hasBegun_) {
    excused_ = {};
  }
}

void ClientCheck::joinedLate(std::size_t channel) {
  excused_.at(channel) = std::max(excused_.at(channel), world_.ledger.head());
}

void ClientCheck::begin() {
  hasBegun_ = true;
  epoch_ = world_.ledger.epoch();
  position_ = beginning_.beginsAfter;
  beganAt_ = beginning_.openedAt;
  for (std::size_t channel = 0; channel < kChannels; ++channel) {
    excused_.at(channel) = std::max(excused_.at(channel), beginning_.unasked.at(channel));
  }
}

void ClientCheck::take(const ParsedItem& item, const Chunk& from, bool isFirst) {
  if (item.kind != ParsedItem::Kind::event) {
    throw Violation("item", "the stream has something that is no event");
  }
  const bool isNotice = item.type == kVerdictType || item.type == kBeginType || item.type == kEndType;
  require(isNotice || item.type == "beat" ? !item.hasOwnId : item.hasOwnId, "id",
          "an event of the type " + std::string(item.type));
  if (item.type == kVerdictType) {
    noticed(item, from);
  } else if (item.type == kEndType) {
    ended(item, from);
  } else if (!isNotice && item.type != "beat") {
    deliver(item, from, isFirst);
  }
}

// A gap excuses what the history cannot hold any more; whoever may skip, or came late, everything so far.
void ClientCheck::noticed(const ParsedItem& item, const Chunk& from) {
  world_.digest.add(item.data);
  if (item.data == R"({"verdict":"continued"})") {
    return;
  }
  ++notices_;
  const bool isReset = item.data == R"({"verdict":"reset"})";
  hasBeenReset_ = hasBeenReset_ || isReset;
  if (hasBegun_ && epoch_ != world_.ledger.epoch()) {
    require(isReset, "epoch", "a client of an earlier epoch was told of a gap");
    epoch_ = world_.ledger.epoch();
    position_ = beganAt_ = 0;
    excused_ = {};
  }
  for (std::size_t channel = 0; channel < kChannels; ++channel) {
    excused_.at(channel) = std::max(excused_.at(channel), from.goneThrough.at(channel));
  }
}

// Behind everything that there was in its channels.
void ClientCheck::ended(const ParsedItem& item, const Chunk& from) {
  if (item.data.find(R"("completed")") == std::string_view::npos) {
    return;
  }
  require(from.allWereClosed, "end",
          "the client was told that all is complete, and not all of its channels are closed");
  isOver_ = true;
  const bool isStillSo = std::all_of(habits_.channels.begin(), habits_.channels.end(), [this](std::size_t channel) {
    const ChannelEnd end = world_.ledger.book(channel).end;
    return end == ChannelEnd::closing || end == ChannelEnd::closed;  // else it was forgotten, and there are new events
  });
  if (hasBegun_ && epoch_ == world_.ledger.epoch() && isStillSo) {
    checkMissing(world_.ledger.head() + 1);
  }
}

void ClientCheck::deliver(const ParsedItem& item, const Chunk& from, bool isFirst) {
  const std::string id(item.lastEventId);
  if (!delivered_.insert(id).second) {
    require(habits_.isPlain && hasBeenReset_, "twice", id + " was delivered twice");
    return;  // a reset gives the history again
  }
  const Event* const event = world_.ledger.find(id);
  const EventId number =
      event != nullptr ? EventId{event->epoch, event->sequence} : parseEventId(id).value_or(EventId{});
  require(number.epoch == world_.ledger.epoch(), "epoch", id + " is of an earlier epoch");
  require(epoch_ == world_.ledger.epoch(), "epoch", id + " came from a new epoch without a reset");
  require(number.sequence > order_, "order", id + " came after a later one");
  const bool isNews = number.sequence > position_;
  hasBeenReset_ = hasBeenReset_ && !isNews;
  require(isNews || hasBeenReset_ || habits_.rewinds || habits_.joinsLate, "late", id + " came too late");
  order_ = number.sequence;
  if (event != nullptr) {
    checkEvent(*event, item, from, isFirst);
  } else {
    require(item.data == "private" || item.data.starts_with(R"({"reason":"duration_cap")"), "content",
            id + " is nobody's: " + std::string(item.data));
  }
  checkMissing(number.sequence);
  position_ = std::max(position_, number.sequence);
}

void ClientCheck::checkEvent(const Event& event, const ParsedItem& item, const Chunk& from, bool isFirst) const {
  const std::uint64_t givenAt = isFirst ? from.firstTick : from.tick;
  require(event.fate != Fate::refused, "refused", event.id + " was refused by the store, and delivered");
  require(wants(event), "filter", event.id + " is not what the client asked for");
  require(item.data == event.data, "content", event.id + " has other data: " + std::string(item.data));
  require(event.forgottenAt == 0 || givenAt <= event.forgottenAt, "forgotten",
          event.id + " was forgotten before it was given");
  const bool hasBegunBefore = isFirst && from.firstTick != from.tick;
  require(event.expires > from.givenAt || hasBegunBefore || world_.ledger.wasClockSet(), "expired",
          event.id + " was given after its time");
  if (world_.settings.durability.at(event.channel) == Durability::always) {
    require(event.storedAt > 0 && event.storedAt <= from.tick, "ahead", event.id + " was given before it was stored");
  }
}

void ClientCheck::checkMissing(std::uint64_t before) const {
  for (const std::size_t channel : habits_.channels) {
    const std::vector<Event*>& events = world_.ledger.book(channel).events;
    const std::uint64_t known = std::max(position_, excused_.at(channel));
    const auto first =
        std::upper_bound(events.begin(), events.end(), known,
                         [](std::uint64_t after, const Event* event) { return after < event->sequence; });
    for (auto at = first; at != events.end() && (*at)->sequence < before; ++at) {
      const Event& event = **at;
      const bool isGoneHistory =
          event.sequence <= beganAt_ && event.sequence <= world_.ledger.goneThrough(channel, world_.clock.now());
      if (wants(event) && !isGoneHistory && !world_.ledger.isExcused(event, world_.clock.now())) {
        require(delivered_.contains(event.id), "missing",
                event.id + " of " + std::string(kKeys.at(channel)) + " is missing before " + std::to_string(before));
      }
    }
  }
}

void ClientCheck::checkNothingIsMissing() const {
  if (isOver_) {
    return;
  }
  require(hasBegun_, "rest", "a client has not begun");
  require(epoch_ == world_.ledger.epoch(), "epoch", "a client was not told of a new epoch");
  checkMissing(world_.ledger.head() + 1);
}

bool ClientCheck::wants(const Event& event) const {
  const auto has = [](const auto& values, const auto& value) {
    return std::find(values.begin(), values.end(), value) != values.end();
  };
  const std::string_view type = event.type.empty() ? std::string_view("message") : event.type;
  const bool isLabelWanted = habits_.labels.empty() || event.label.empty() || has(habits_.labels, event.label);
  return has(habits_.channels, event.channel) && (habits_.types.empty() || has(habits_.types, type)) && isLabelWanted;
}

std::string ClientCheck::describe() const {
  std::string text = " (owner " + std::to_string(habits_.owner) + ", reads";
  for (const std::size_t channel : habits_.channels) {
    const Durability durability = world_.settings.durability.at(channel);
    text += ' ' + std::string(kKeys.at(channel));
    text += durability == Durability::always ? "/always" : durability == Durability::batch ? "/batch" : "";
  }
  text += habits_.overflow == Overflow::dropOldest ? ", drops the oldest" : "";
  text += habits_.types.empty() ? "" : ", filters";
  text += habits_.labels.empty() ? "" : ", filters by label";
  text += habits_.joinsLate ? ", joins late" : "";
  text += habits_.rewinds ? ", rewinds" : "";
  text += habits_.takesParts ? ", takes parts" : "";
  text += habits_.isPlain ? ", plain" : "";
  text += beginning_.hasResumed ? ", resumed" : "";
  return text + ", has all up to " + std::to_string(position_) + ")";
}

void ClientCheck::require(bool is, const char* kind, const std::string& text) const {
  if (!is) {
    throw Violation(kind, text + describe());
  }
}

}  // namespace millrace::sim
