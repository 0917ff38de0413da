#include "core/hub/poll_page.hpp"

#include "core/base/json_string.hpp"
#include "core/wire/notice.hpp"
#include "core/wire/parser.hpp"

#include <algorithm>
#include <string_view>

namespace millrace {
namespace {

std::optional<Verdict> verdictOf(std::string_view data) {
  for (const Verdict verdict : {Verdict::continued, Verdict::gap, Verdict::reset}) {
    std::string notice = R"({"verdict":")";
    notice.append(verdictName(verdict)).append("\"}");
    if (data == notice) {
      return verdict;
    }
  }
  return std::nullopt;
}

void appendEvent(const ParsedItem& item, std::string& out) {
  out.append(out.size() == 1 ? R"({"event":)" : R"(,{"event":)");
  appendJsonString(item.type, out);
  out.append(R"(,"data":)");
  appendJsonString(item.data, out);
  if (item.hasOwnId) {
    out.append(R"(,"id":)");
    appendJsonString(item.lastEventId, out);
  }
  out.append(item.isRaw ? R"(,"raw":true})" : "}");
}

}  // namespace

void fillPage(std::string& bytes, PollPage& page) {
  Parser parser({bytes.size(), bytes.size()});
  page.events = "[";
  parser.begin(bytes);
  while (const ParsedItem* const item = parser.next()) {
    if (item->kind == ParsedItem::Kind::retry) {
      page.retry = item->retry;
    } else if (item->kind == ParsedItem::Kind::event && item->type == kVerdictType) {
      page.verdict = std::max(page.verdict, verdictOf(item->data));
    } else if (item->kind == ParsedItem::Kind::event && !item->type.starts_with(kNoticeTypes)) {
      appendEvent(*item, page.events);
    }
  }
  page.events.push_back(']');
}

}  // namespace millrace
