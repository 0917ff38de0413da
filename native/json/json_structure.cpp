#include "json/json_structure.hpp"

#include "json/json_scan.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <array>
#include <cstring>

namespace millrace {
namespace {

// A bit for each byte of a block of 64.
struct Masks {
  std::uint64_t quotes = 0;
  std::uint64_t backslashes = 0;
  std::uint64_t structural = 0;  // {, }, [, ], a comma or a colon
};

#if defined(__SSE2__)

Masks masksOf(const char* block) {
  const auto bitsOf = [](__m128i bytes) -> std::uint64_t {
    return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes));
  };
  const auto isByte = [](__m128i bytes, char byte) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte)); };
  Masks masks;
  for (unsigned at = 0; at < 64; at += sizeof(__m128i)) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + at));
    const __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));  // [ and ] become { and }
    const __m128i brackets = _mm_or_si128(isByte(folded, '{'), isByte(folded, '}'));
    const __m128i separators = _mm_or_si128(isByte(bytes, ','), isByte(bytes, ':'));
    masks.quotes |= bitsOf(isByte(bytes, '"')) << at;
    masks.backslashes |= bitsOf(isByte(bytes, '\\')) << at;
    masks.structural |= bitsOf(_mm_or_si128(brackets, separators)) << at;
  }
  return masks;
}

#else

Masks masksOf(const char* block) {
  Masks masks;
  for (unsigned at = 0; at < 64; ++at) {
    const char byte = block[at];
    const char folded = static_cast<char>(byte | 0x20);
    masks.quotes |= std::uint64_t{byte == '"'} << at;
    masks.backslashes |= std::uint64_t{byte == '\\'} << at;
    masks.structural |= std::uint64_t{folded == '{' || folded == '}' || byte == ',' || byte == ':'} << at;
  }
  return masks;
}

#endif

// Each bit becomes the parity of those up to it.
std::uint64_t parityUpTo(std::uint64_t bits) {
  for (unsigned shift = 1; shift < 64; shift *= 2) {
    bits ^= bits << shift;
  }
  return bits;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  return first == std::string_view::npos ? std::string_view{}
                                         : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

std::uint64_t JsonStructure::readBlock() {
  std::array<char, kBlock> rest{};
  const char* block = json_.data() + block_;
  if (json_.size() - block_ < kBlock) {
    std::memcpy(rest.data(), block, json_.size() - block_);
    block = rest.data();
  }
  block_ += kBlock;
  Masks masks = masksOf(block);
  if (isEscaped_) {
    masks.quotes &= ~std::uint64_t{1};
    masks.backslashes &= ~std::uint64_t{1};
    isEscaped_ = false;
  }
  for (std::uint64_t left = masks.backslashes; left != 0;) {
    const int at = std::countr_zero(left);
    isEscaped_ = at == 63;
    const std::uint64_t next = isEscaped_ ? 0 : std::uint64_t{2} << at;
    masks.quotes &= ~next;
    left &= ~next;
    left &= left - 1;
  }
  const std::uint64_t inString = parityUpTo(masks.quotes) ^ isInString_;
  isInString_ = (inString >> 63U) != 0 ? ~std::uint64_t{0} : 0;
  return masks.structural & ~inString;
}

JsonChildren::JsonChildren(std::string_view json)
    : text_(trimmed(json)), isObject_(jsonKindOf(text_) == JsonKind::object), structure_(text_) {
  const bool isContainer = isObject_ || jsonKindOf(text_) == JsonKind::array;
  state_ = isContainer ? State::within : State::broken;
  static_cast<void>(structure_.next());  // its own bracket
}

const JsonChild* JsonChildren::fail() {
  state_ = State::broken;
  return nullptr;
}

std::size_t JsonChildren::nextMark() {
  for (std::size_t place = structure_.next(); place != std::string_view::npos; place = structure_.next()) {
    const char mark = text_[place];
    if (mark == '{' || mark == '[') {
      ++depth_;
    } else if (depth_ == 0) {
      return place;
    } else if (mark == '}' || mark == ']') {
      --depth_;
    }
  }
  return std::string_view::npos;
}

// To look for its end alone is faster than to look for all marks.
void JsonChildren::skipLongString() {
  constexpr std::size_t kLong = 256;
  const std::size_t from = skipSpace(text_, from_);
  if (from < text_.size() && text_[from] == '"') {
    const std::size_t end = stringEnd(text_, from + 1);
    if (end - from > kLong && end < text_.size()) {
      structure_.skipTo(end + 1);
    }
  }
}

const JsonChild* JsonChildren::next() {
  if (state_ != State::within) {
    return nullptr;
  }
  child_ = {};
  skipLongString();
  std::size_t place = nextMark();
  if (isObject_ && place != std::string_view::npos && text_[place] == ':') {
    child_.key = trimmed(text_.substr(from_, place - from_));
    from_ = place + 1;
    skipLongString();
    place = nextMark();
  }
  if (place == std::string_view::npos || text_[place] == ':') {
    return fail();
  }
  child_.value = trimmed(text_.substr(from_, place - from_));
  from_ = place + 1;
  const bool isEnd = text_[place] != ',';
  if (isEnd) {
    const bool isOfItsKind = (text_[place] == '}') == isObject_;
    if (!isOfItsKind || from_ != text_.size()) {
      return fail();
    }
    state_ = State::done;
    if (isFirst_ && child_.value.empty() && child_.key.empty()) {
      return nullptr;
    }
  }
  isFirst_ = false;
  const bool isWhole = !child_.value.empty() && (!isObject_ || (child_.key.size() >= 2 && child_.key.front() == '"'));
  return isWhole ? &child_ : fail();
}

}  // namespace millrace
