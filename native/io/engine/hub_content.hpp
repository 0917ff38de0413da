#pragma once

#include "json/content_settings.hpp"
#include "json/shapers.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

// What a policy says of the data of events.
struct NamedContent {
  std::string name;
  std::string match;
  ContentSettings settings;
};

// The content rules of a hub, for all threads. Thread-safe.
class HubContent {
 public:
  // What the hub's own options say, of channels without a policy and of what policies leave out, and what the policies say, if that is
  // to change; of those that were added, each takes the place of the one of its name. What was counted of a name goes on.
  void configure(const ContentSettings& own, const std::optional<std::vector<NamedContent>>& policies,
                 const std::vector<NamedContent>& added);

  // It changes with every configure().
  [[nodiscard]] std::uint64_t version() const { return version_.load(std::memory_order_acquire); }
  // None: events stay as they are.
  [[nodiscard]] std::shared_ptr<const Shapers> shapers() const;
  // Of the policy of this name, or of the rest, without one; none where nothing was said of it.
  [[nodiscard]] std::shared_ptr<const ContentCounts> counts(std::string_view name) const;

 private:
  std::atomic<std::uint64_t> version_ = 0;

  mutable std::mutex mutex_;  // guards:
  ContentRules rest_;
  std::vector<NamedContent> policies_;
  std::vector<NamedContent> added_;  // behind those
  std::shared_ptr<const Shapers> shapers_;
  std::map<std::string, std::shared_ptr<ContentCounts>, std::less<>> counts_;
};

// An event on its way to a channel.
struct EventContent {
  std::string_view channel;
  std::string_view type;
  std::string& data;
  TextKind kind = TextKind::json;
  std::string& mergeKey;
  bool mayMerge = true;  // it has no key of another kind
  bool isRecord = true;  // it must be one that its channel takes
};

// What became of an event's data.
struct ShapeResult {
  ContentChange change;
  std::optional<RecordFault> fault;  // it is refused
  bool hasRules = false;             // its policy says something of data: it may want the time of day
};

// Data that is to be kept elsewhere, and the key by which its event is merged; empty: none.
struct WholeContent {
  ShapedData data;
  std::string mergeKey;
};

// The same as one thread sees it: it asks for the rules only when they have changed.
class ContentView {
 public:
  explicit ContentView(std::shared_ptr<HubContent> content) : content_(std::move(content)) {}

  // Brings the event into the shape that its channel's policy demands, and gives it a merge key, where it has none and the policy names
  // fields for one. What it has done is to be counted once the event was accepted.
  [[nodiscard]] ShapeResult shape(const EventContent& event);
  void count(std::string_view channel, const ContentChange& change);
  // See Shaper::whole().
  [[nodiscard]] std::optional<WholeContent> whole(std::string_view channel, std::string_view type,
                                                  std::string_view data, TextKind kind);
  [[nodiscard]] HubContent& content() { return *content_; }

 private:
  [[nodiscard]] const Shaper* shaperOf(std::string_view channel);

  std::shared_ptr<HubContent> content_;
  std::uint64_t version_ = 0;
  std::shared_ptr<const Shapers> shapers_;
};

}  // namespace millrace
