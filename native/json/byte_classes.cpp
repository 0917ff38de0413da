#include "json/byte_classes.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#else
#include <array>
#endif

namespace millrace {

#if defined(__SSE2__)

namespace {

std::uint64_t bitsOf(__m128i bytes) { return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes)); }

// Of signed bytes: those above 0x7f are no letters and no digits.
__m128i isWithin(__m128i bytes, char first, char last) {
  return _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8(static_cast<char>(first - 1))),
                       _mm_cmplt_epi8(bytes, _mm_set1_epi8(static_cast<char>(last + 1))));
}

__m128i isByte(__m128i bytes, char byte) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte)); }

}  // namespace

ByteClasses classesOf(const char* block) {
  constexpr unsigned kPart = sizeof(__m128i);
  ByteClasses classes;
  for (unsigned at = 0; at < ByteClasses::kBlock; at += kPart) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + at));
    const __m128i letter = isWithin(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z');
    const __m128i digit = isWithin(bytes, '0', '9');
    const __m128i dash = isByte(bytes, '-');
    const __m128i joins = _mm_or_si128(dash, isByte(bytes, '_'));
    const __m128i other = _mm_or_si128(dash, _mm_or_si128(isByte(bytes, '='), isByte(bytes, '@')));
    classes.word |= bitsOf(_mm_or_si128(_mm_or_si128(letter, digit), joins)) << at;
    classes.digit |= bitsOf(digit) << at;
    classes.colon |= bitsOf(isByte(bytes, ':')) << at;
    classes.other |= bitsOf(other) << at;
  }
  return classes;
}

#else

namespace {

enum Class : unsigned char { word = 1, digit = 2, colon = 4, other = 8 };

constexpr std::array<unsigned char, 256> makeTable() {
  std::array<unsigned char, 256> table{};
  for (unsigned byte = 0; byte < table.size(); ++byte) {
    const bool isDigit = byte >= '0' && byte <= '9';
    const unsigned lower = byte | 0x20U;
    const bool isWord = isDigit || (lower >= 'a' && lower <= 'z') || byte == '_' || byte == '-';
    const bool isOther = byte == '-' || byte == '=' || byte == '@';
    table[byte] = static_cast<unsigned char>((isWord ? word : 0) | (isDigit ? digit : 0) | (byte == ':' ? colon : 0) |
                                             (isOther ? other : 0));
  }
  return table;
}

constexpr std::array<unsigned char, 256> kTable = makeTable();

}  // namespace

ByteClasses classesOf(const char* block) {
  ByteClasses classes;
  for (unsigned place = 0; place < ByteClasses::kBlock; ++place) {
    const std::uint64_t of = kTable[static_cast<unsigned char>(block[place])];
    classes.word |= (of & 1U) << place;
    classes.digit |= (of >> 1U & 1U) << place;
    classes.colon |= (of >> 2U & 1U) << place;
    classes.other |= (of >> 3U & 1U) << place;
  }
  return classes;
}

#endif

}  // namespace millrace
