#include "io/engine/hub_content.hpp"

#include "core/base/added_policies.hpp"

namespace millrace {

void HubContent::configure(const ContentSettings& own, const std::optional<std::vector<NamedContent>>& policies,
                           const std::vector<NamedContent>& added) {
  const std::lock_guard lock(mutex_);
  rest_ = own.over(rest_);
  policies_ = policies.value_or(policies_);
  addByName(added, added_);
  std::vector<ContentPolicy> all;
  const auto add = [&](const std::string& name, const std::string& match, const ContentRules& rules) {
    std::shared_ptr<ContentCounts>& counts = counts_[name];
    counts = counts != nullptr ? counts : std::make_shared<ContentCounts>();
    all.push_back({match, rules, counts});
  };
  for (const NamedContent& policy : withAdded(policies_, added_)) {
    add(policy.name, policy.match, policy.settings.over(rest_));
  }
  add("", "", rest_);
  auto shapers = std::make_shared<const Shapers>(all);
  shapers_ = shapers->areNone() ? nullptr : std::move(shapers);
  version_.fetch_add(1, std::memory_order_release);
}

std::shared_ptr<const Shapers> HubContent::shapers() const {
  const std::lock_guard lock(mutex_);
  return shapers_;
}

std::shared_ptr<const ContentCounts> HubContent::counts(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(name);
  return found == counts_.end() ? nullptr : found->second;
}

ShapeResult ContentView::shape(const EventContent& event) {
  const Shaper* const shaper = shaperOf(event.channel);
  if (shaper == nullptr) {
    return {};
  }
  ShapeResult result;
  result.hasRules = true;
  result.fault = event.isRecord ? shaper->faultOf(event.type, event.data, event.kind) : std::nullopt;
  if (result.fault) {
    return result;
  }
  if (event.mayMerge && event.mergeKey.empty() && event.kind == TextKind::json) {
    event.mergeKey = shaper->mergeKey(event.type, event.data);
  }
  std::optional<ShapedData> shaped = shaper->shape(event.data, event.kind);
  if (shaped) {
    event.data = std::move(shaped->text);
    result.change = shaped->change;
  }
  return result;
}

void ContentView::count(std::string_view channel, const ContentChange& change) {
  if (!change.isRedacted && !change.isTruncated && !change.isReferenced) {
    return;
  }
  if (const Shaper* const shaper = shaperOf(channel)) {
    shaper->count(change);
  }
}

std::optional<WholeContent> ContentView::whole(std::string_view channel, std::string_view type, std::string_view data,
                                               TextKind kind) {
  const Shaper* const shaper = shaperOf(channel);
  std::optional<ShapedData> whole = shaper == nullptr ? std::nullopt : shaper->whole(data, kind);
  if (!whole) {
    return std::nullopt;
  }
  return WholeContent{std::move(*whole), kind == TextKind::json ? shaper->mergeKey(type, data) : ""};
}

// None where the channel's events stay as they are.
const Shaper* ContentView::shaperOf(std::string_view channel) {
  const std::uint64_t version = content_->version();
  if (version != version_) {
    version_ = version;
    shapers_ = content_->shapers();
  }
  return shapers_ == nullptr ? nullptr : shapers_->of(channel);
}

}  // namespace millrace
