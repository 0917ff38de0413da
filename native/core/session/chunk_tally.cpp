#include "core/session/chunk_tally.hpp"

#include "core/wire/notice.hpp"

namespace millrace {

void ChunkTally::begin(std::size_t comments) {
  commentsBefore_ = comments;
  heartbeatEvents_ = 0;
  events_ = 0;
}

void ChunkTally::add(const ParsedItem& event) {
  if (event.type.starts_with(kNoticeTypes)) {
    return;
  }
  if (event.type == heartbeatType_.view()) {
    ++heartbeatEvents_;
  } else {
    ++events_;
  }
}

}  // namespace millrace
