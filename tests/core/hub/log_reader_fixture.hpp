#pragma once

#include "core/hub/log_reader.hpp"
#include "core/hub/part_fixture.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::test {

// A reader of the channels "k" and "l" in which nothing was published before.
class LogReaderTest : public PartTest {
 protected:
  static constexpr std::string_view kGap = "event: millrace.resume\ndata: {\"verdict\":\"gap\"}\n\n";

  LogReaderTest() {
    read(k);
    read(l);
  }

  void read(Channel& channel, std::vector<std::string_view> types = {}) {
    Subscription subscription;
    subscription.channel = &channel;
    subscription.filter = EventFilter(types, {});
    reader.subscriptions().add(std::move(subscription));
  }
  std::uint64_t send(std::string_view bytes) {
    const std::uint64_t number = sequence.advance();
    reader.own().append(entryOf(number, bytes));
    return number;
  }
  // As a comment or the notice of the end: it has no number of its own.
  void sendUnnumbered(std::uint64_t number, std::string_view bytes) {
    LogEntry entry;
    entry.sequence = number;
    entry.bytes = bytes;
    reader.own().append(entry);
  }

  std::string gather(const ReadLimits& limits = {}) {
    spans.clear();
    reader.gather(now, limits, spans);
    return textOf(spans);
  }
  std::string take(const ReadLimits& limits = {}) {
    std::string text = gather(limits);
    reader.taken();
    return text;
  }
  // So many bytes of what gather() gave are taken, which is not all.
  void takeBytes(std::size_t bytes) {
    for (const std::string_view span : spans.bytes) {
      if (bytes < span.size()) {
        reader.takenUpTo(span.data() + bytes);
        return;
      }
      bytes -= span.size();
    }
    FAIL() << "there is no more than that";
  }

  Channel& k = registry.channel("k", now);
  Channel& l = registry.channel("l", now);
  SubscriberOptions options;
  LogReader reader{options, 0};
  Spans spans;
};

}  // namespace millrace::test
