#include "core/hub/preamble.hpp"

#include "core/hub/sequence.hpp"
#include "core/wire/encoder.hpp"
#include "core/wire/notice.hpp"

#include <utility>

namespace millrace {

void Preamble::begin(std::string_view greeting) {
  beginning_ = notices_ == Notices::said ? Beginning::owed : Beginning::none;
  if (!greeting.empty()) {
    encodeComment(greeting, text());
    greetingBytes_ = static_cast<std::uint16_t>(text().size());
  }
}

void Preamble::noticeGap() {
  if (!std::exchange(hasGap_, true)) {
    sayVerdict(Verdict::gap);
  }
}

void Preamble::sayVerdict(Verdict verdict) {
  if (notices_ == Notices::said) {
    encodeVerdict(verdict, text());
  } else if (verdict != Verdict::continued) {
    notices_ = Notices::missed;
  }
}

void Preamble::greet(std::string_view encoded) {
  text().append(encoded);
  expectState();
}

void Preamble::expectState() {
  if (beginning_ == Beginning::owed) {
    beginning_ = Beginning::owedWithSnapshot;
  }
}

void Preamble::complete(const Sequence& sequence, std::uint64_t position, bool readsChannels) {
  if (std::exchange(owesCursor_, false)) {
    encodeCursor(sequence.idOf(position), text());
  }
  if (std::exchange(beginning_, Beginning::none) != Beginning::none) {
    std::string beginning;
    encodeBegin(readsChannels ? Resumption::possible : Resumption::impossible, beginning);
    next_.insertFirst(beginning, std::exchange(greetingBytes_, 0));
  }
}

const TextPieces& Preamble::send() {
  sending_.append(std::exchange(next_, {}));
  hasGap_ = false;
  return sending_;
}

void Preamble::sentUpTo(const char* firstUntaken) { sending_.dropBefore(firstUntaken); }

}  // namespace millrace
