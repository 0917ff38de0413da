#include "core/hub/preamble.hpp"

#include "core/hub/sequence.hpp"
#include "core/log/replay.hpp"
#include "core/wire/encoder.hpp"
#include "core/wire/notice.hpp"

#include <utility>

namespace millrace {

void Preamble::noticeGap() {
  if (!std::exchange(hasGap_, true)) {
    encodeVerdict(Verdict::gap, next_);
  }
}

void Preamble::greet(std::string_view encoded) {
  next_.append(encoded);
  if (beginning_ == Beginning::owed) {
    beginning_ = Beginning::owedWithSnapshot;
  }
}

void Preamble::complete(const Sequence& sequence, std::uint64_t position, bool readsChannels) {
  if (std::exchange(owesCursor_, false)) {
    encodeCursor(sequence.idOf(position), next_);
  }
  if (std::exchange(beginning_, Beginning::none) != Beginning::none) {
    std::string beginning;
    encodeBegin(readsChannels ? Resumption::possible : Resumption::impossible, beginning);
    next_.insert(0, beginning);
  }
}

std::string_view Preamble::send() {
  sending_.append(std::exchange(next_, {}));
  hasGap_ = false;
  return sending_;
}

void Preamble::sentUpTo(const char* firstUntaken) {
  sending_.erase(0, static_cast<std::size_t>(firstUntaken - sending_.data()));
}

}  // namespace millrace
