#include "core/base/hash.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_set>

namespace millrace {
namespace {

// The first bytes of 0, 1, 2, ….
std::string counting(std::size_t size) {
  std::string bytes;
  for (std::size_t at = 0; at < size; ++at) {
    bytes.push_back(static_cast<char>(at));
  }
  return bytes;
}

// Computed by a transcription of the paper into Python, which agrees with CPython 3.11 (its hash() of bytes is SipHash-1-3
// with a key of zeros where PYTHONHASHSEED is 0) and, for this key of the paper, with the values of Rust's SipHasher13.
TEST(SipHash13, givesTheReferenceValues) {
  constexpr HashKey kKey{0x0706050403020100U, 0x0F0E0D0C0B0A0908U};
  constexpr struct {
    std::size_t size;
    std::uint64_t hash;
  } kExpected[] = {
      {0, 0xABAC0158050FC4DCU},  {1, 0xC9F49BF37D57CA93U},  {2, 0x82CB9B024DC7D44DU},  {3, 0x8BF80AB8E7DDF7FBU},
      {4, 0xCF75576088D38328U},  {5, 0xDEF9D52F49533B67U},  {6, 0xC50D2B50C59F22A7U},  {7, 0xD3927D989BB11140U},
      {8, 0x369095118D299A8EU},  {9, 0x25A48EB36C063DE4U},  {10, 0x79DE85EE92FF097FU}, {11, 0x70C118C1F94DC352U},
      {12, 0x78A384B157B4D9A2U}, {13, 0x306F760C1229FFA7U}, {14, 0x605AA111C0F95D34U}, {15, 0xD320D86D2A519956U},
      {16, 0xCC4FDD1A7D908B66U}, {17, 0x9CF2689063DBD80CU}, {23, 0x525A0E7FDAE6C123U}, {24, 0xF464AEB267349C8CU},
      {31, 0x2370DD1F8C21D1BCU}, {32, 0x81157B6C16A7B60DU}, {63, 0x9D199062B7BBB3A8U},
  };
  for (const auto& [size, hash] : kExpected) {
    EXPECT_EQ(sipHash13(counting(size), stateOf(kKey)), hash) << size << " bytes";
  }
}

// Of the length, the lowest byte counts.
TEST(SipHash13, givesTheReferenceValuesOfLongTexts) {
  EXPECT_EQ(sipHash13(std::string(255, 'x'), stateOf({})), 0x4BD34C40EF7D284BU);
  EXPECT_EQ(sipHash13(std::string(256, 'x'), stateOf({})), 0x4160FA066CFD2FFDU);
  EXPECT_EQ(sipHash13(std::string(300, 'x'), stateOf({})), 0x2F58903130DC04E4U);
}

TEST(Hash, hasTheDefaultKeyUntilItIsSeeded) {
  constexpr HashKey kKey{1, 2};
  const std::string id = "epoch.42";
  EXPECT_EQ(hash64(id), sipHash13(id, {}));
  seedHashes(stateOf(kKey));
  EXPECT_EQ(hash64(id), sipHash13(id, stateOf(kKey)));
  EXPECT_NE(hash64(id), sipHash13(id, {}));
  seedHashes({});
}

TEST(Hash, dependsOnEachHalfOfTheKeyAndOnEachByte) {
  for (const std::size_t size : {0U, 1U, 7U, 8U, 15U, 16U, 40U}) {
    const std::string text(size, 'a');
    std::unordered_set<std::uint64_t> hashes{sipHash13(text, stateOf({1, 1})), sipHash13(text, stateOf({2, 1})),
                                             sipHash13(text, stateOf({1, 2}))};
    for (std::size_t at = 0; at < size; ++at) {
      std::string other = text;
      other[at] = 'b';
      hashes.insert(sipHash13(other, stateOf({1, 1})));
    }
    hashes.insert(sipHash13(text + '\0', stateOf({1, 1})));
    EXPECT_EQ(hashes.size(), 3 + size + 1) << size << " bytes";
  }
}

// By the function before this one (MurmurHash3's mixer, without a key), which can be inverted: such twins took milliseconds
// to find. The hash that both had: 0x1ACF027BC24AD9D9, and 0xA4E9014DCBA4B08C.
TEST(Hash, tellsTheTwinsOfTheFunctionBeforeItApart) {
  EXPECT_NE(hash64("order-0000000042"), hash64("h7na0000kVhZUjxJ"));
  EXPECT_NE(hash64("event.2026-11-28"), hash64("mg100000Ri50LDHN"));
}

}  // namespace
}  // namespace millrace
