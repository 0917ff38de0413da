#pragma once

#include "wasm/text/utf16.hpp"

#include "core/base/byte_buffer.hpp"
#include "core/session/chunk_tally.hpp"
#include "core/session/receiver.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace millrace {

// How texts that are not ASCII are given: as is fastest made into strings. Node copies UTF-16; browsers decode UTF-8 faster
// than this module and a decoder of UTF-16 together.
enum class WideText : std::uint8_t { utf16, utf8 };

// Where a piece of a chunk lies. Behind a long line that it continues, mostly there is no text in it that is asked for.
enum class ChunkPlace : std::uint8_t { alone, behindLine };

// The items of one feed as JavaScript reads them: a table of records, and the texts that are made into strings together.
// Those lie densely in two arenas, one of ASCII and one of WideText, in the order of the records, the data of an event before
// its id, so that a record needs their lengths only. JavaScript decodes each arena once and slices it.
class ItemTable {
 public:
  // Bytes behind a piece that can be read, whatever they are.
  static constexpr std::size_t kSlack = LineEnds::kSlack;

  // All that the receiver makes of the piece, which has the slack behind it; the tally counts it. The table before is gone.
  void fill(Receiver& receiver, std::span<char> piece, ChunkPlace place, WideText wideText, ChunkTally& tally);

  // Where JavaScript finds it.
  struct Blocks {
    ByteBuffer records;
    ByteBuffer ascii;
    ByteBuffer wide;
  };
  [[nodiscard]] const Blocks& blocks() const { return blocks_; }

 private:
  // layout.ts has the same numbers. Where the text of an event's data or id is:
  enum class Place : std::uint32_t {
    ascii,   // next in the arena
    wide,    // next in the arena; UTF-8 may turn out to be none
    apart,   // data on its own, where the record says: ASCII
    unsure,  // the same: JavaScript finds out whether it is UTF-8
    same,    // an id only: that of the event before, or of a record before this one
  };
  enum class Kind : std::uint32_t { event, retry, error, type, id, rawEvent };

  struct Record {
    // Bits 0-2: Kind. An event, raw or not: bits 3-5 the Place of its data, 6-8 that of its id, from 9 on the number of its type.
    // A type: its number from bit 9 on.
    std::uint32_t head = 0;
    // Of data, type, id: in bytes, or in UTF-16 units in the wide arena, whatever it holds; a retry's ms; an error's code.
    std::uint32_t size = 0;
    std::uint32_t idSize = 0;   // error: the limit
    std::uint32_t address = 0;  // data, type or id that is apart; data that is wide: its bytes in the arena
  };

  // Types that pages get again and again are strings in JavaScript once. Number 0 is "message"; the last number is that of
  // all types that found no place, and is told anew each time.
  struct KnownType {
    static constexpr std::size_t kMostBytes = 31;
    std::uint8_t size = 0;
    char name[kMostBytes];
  };
  static constexpr std::size_t kMostTypes = 64;

  void addEvent(const ParsedItem& event);
  std::uint32_t typeNumber(std::string_view type);
  struct Laid {
    Place place;
    std::uint32_t size;  // as a record has it
  };
  [[gnu::always_inline]] Laid addAscii(std::string_view text, std::size_t longFrom);
  [[nodiscard]] bool isInAsciiChunk(std::string_view text) const;
  [[nodiscard, gnu::always_inline]] bool isAscii(std::string_view text) const;
  Laid addWide(std::string_view text);
  bool isUtf8(std::string_view text);
  [[gnu::always_inline]] void add(std::uint32_t head, std::uint32_t size, std::uint32_t idSize, std::uint32_t address);

  Blocks blocks_;
  WideText wideText_ = WideText::utf16;
  std::string_view asciiChunk_;  // the chunk, if it is known to be all ASCII
  std::string_view id_;          // of the last event of this feed
  std::array<KnownType, kMostTypes> types_{};
  std::uint32_t typeCount_ = 1;  // 0 stands for "message" and is not in the table
  std::uint32_t lastType_ = 0;
};

}  // namespace millrace
