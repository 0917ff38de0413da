#include "json/byte_classes.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <random>
#include <string>
#include <vector>

namespace millrace {
namespace {

std::uint64_t bitsOf(const std::string& block, bool (*is)(unsigned char)) {
  std::uint64_t bits = 0;
  for (std::size_t at = 0; at < block.size(); ++at) {
    bits |= std::uint64_t{is(static_cast<unsigned char>(block[at]))} << at;
  }
  return bits;
}

TEST(ByteClasses, everyByteIsInItsClasses) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string block(ByteClasses::kBlock, '\0');
    for (char& byte : block) {
      byte = static_cast<char>(random());
    }
    const ByteClasses classes = classesOf(block.data());
    EXPECT_EQ(classes.word, bitsOf(block, [](unsigned char byte) {
                return (byte < 0x80 && std::isalnum(byte) != 0) || byte == '_' || byte == '-';
              }));
    EXPECT_EQ(classes.digit, bitsOf(block, [](unsigned char byte) { return byte >= '0' && byte <= '9'; }));
    EXPECT_EQ(classes.colon, bitsOf(block, [](unsigned char byte) { return byte == ':'; }));
    EXPECT_EQ(classes.other,
              bitsOf(block, [](unsigned char byte) { return byte == '-' || byte == '=' || byte == '@'; }));
  }
}

// Where runs become so long, the slow way.
std::vector<std::size_t> runsIn(const std::string& text, std::size_t length) {
  std::vector<std::size_t> found;
  std::size_t run = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    run = text[at] == 'x' ? run + 1 : 0;
    if (run == length) {
      found.push_back(at);
    }
  }
  return found;
}

TEST(RunFinder, findsEachRunOnceOverAnyNumberOfBlocks) {
  std::mt19937 random(2);
  for (int round = 0; round < 500; ++round) {
    std::string text(320, ' ');
    for (char& byte : text) {
      byte = random() % 30 == 0 ? ' ' : 'x';
    }
    RunFinder<16> finder;
    RunFinder<4> four;
    std::vector<std::size_t> found;
    std::vector<std::size_t> fours;
    for (std::size_t block = 0; block < text.size(); block += 64) {
      const std::uint64_t bits = bitsOf(text.substr(block, 64), [](unsigned char byte) { return byte == 'x'; });
      const std::uint64_t ends = finder.next(bits);
      const std::uint64_t fourEnds = four.next(bits);
      for (std::size_t at = 0; at < 64; ++at) {
        if ((ends >> at & 1U) != 0) {
          found.push_back(block + at);
        }
        if ((fourEnds >> at & 1U) != 0) {
          fours.push_back(block + at);
        }
      }
    }
    EXPECT_EQ(found, runsIn(text, 16));
    EXPECT_EQ(fours, runsIn(text, 4));
  }
}

}  // namespace
}  // namespace millrace
