#pragma once

#include "core/base/instant.hpp"
#include "core/hub/inbox.hpp"
#include "core/hub/scheduler.hpp"
#include "core/hub/subscriber.hpp"

namespace millrace {

// Gives events to one subscriber alone.
class OwnEvents {
 public:
  // Both outlive it.
  OwnEvents(Scheduler& scheduler, Inbox& inbox) : scheduler_(scheduler), inbox_(inbox) {}

  // Copies the entry's bytes. They count as waiting until the subscriber's owner has had a turn.
  void append(Subscriber& subscriber, const LogEntry& entry, Instant now) {
    subscriber.reader().own().append(entry);
    inbox_.addOwn(subscriber.owner(), entry.bytes.size());
    scheduler_.noteNews(subscriber, now);
  }

 private:
  Scheduler& scheduler_;
  Inbox& inbox_;
};

}  // namespace millrace
