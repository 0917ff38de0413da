#include "core/hub/plain_log.hpp"

#include <algorithm>

namespace millrace {

PlainRead gatherPlain(Subscription& only, Cursor end, std::size_t bytes, Spans& spans) {
  const ChannelLog& log = only.channel->log;
  only.cursor = std::max(only.cursor, log.begin());
  const Cursor last = std::max(end, only.cursor);
  only.given = std::min(last, log.upTo(only.cursor, bytes));
  PlainRead read;
  read.hasMore = only.given < last;
  if (only.cursor < only.given) {
    log.gather(only.cursor, only.given, spans);
    only.fresh.add(log.at(only.cursor), only.given.next - only.cursor.next);
    read.position = log.at({only.given.next - 1}).sequence;
  }
  return read;
}

}  // namespace millrace
