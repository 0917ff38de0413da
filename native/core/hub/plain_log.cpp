#include "core/hub/plain_log.hpp"

#include <algorithm>

namespace millrace {

PlainRead gatherPlain(Subscription& only, Cursor end, std::size_t bytes, Spans& spans) {
  const ChannelLog& log = *only.log();
  Cursor& from = only.taken();
  Cursor& given = only.givenTo();
  from = std::max(from, log.begin());
  // It may have begun behind events that are held.
  given = from < end ? std::min(end, log.upTo(from, bytes)) : from;
  PlainRead read;
  read.hasMore = given < end;
  if (from < given) {
    log.gather(from, given, spans);
    only.fresh.add(log.at(from), given.next - from.next);
    read.position = log.at({given.next - 1}).sequence;
  }
  return read;
}

}  // namespace millrace
