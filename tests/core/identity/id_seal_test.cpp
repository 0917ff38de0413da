#include "core/identity/id_seal.hpp"

#include "core/hub/sequence.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace millrace {
namespace {

// No cipher, but a permutation for each key: the bytes in another order, and others.
class TestCipher : public BlockCipher {
 public:
  explicit TestCipher(std::vector<std::uint8_t> keys) : keys_(std::move(keys)) {}
  [[nodiscard]] std::size_t keys() const override { return keys_.size(); }
  [[nodiscard]] Block16 encrypt(const Block16& block) override {
    Block16 sealed{};
    for (std::size_t at = 0; at < block.size(); ++at) {
      sealed.at(15 - at) = static_cast<std::uint8_t>(block.at(at) ^ keys_.front());
    }
    return sealed;
  }
  [[nodiscard]] Block16 decrypt(const Block16& block, std::size_t key) override {
    Block16 opened{};
    for (std::size_t at = 0; at < block.size(); ++at) {
      opened.at(at) = static_cast<std::uint8_t>(block.at(15 - at) ^ keys_.at(key));
    }
    return opened;
  }

 private:
  std::vector<std::uint8_t> keys_;
};

TEST(Base64url, isAsTheStandardHasIt) {
  Block16 block{};
  EXPECT_EQ(toBase64url(block), "AAAAAAAAAAAAAAAAAAAAAA");
  block.fill(0xff);
  EXPECT_EQ(toBase64url(block), "_____________________w");
  for (std::size_t at = 0; at < block.size(); ++at) {
    block.at(at) = static_cast<std::uint8_t>(at * 17);
  }
  EXPECT_EQ(toBase64url(block), "ABEiM0RVZneImaq7zN3u_w");
  EXPECT_EQ(fromBase64url("ABEiM0RVZneImaq7zN3u_w"), block);
}

TEST(Base64url, takesNothingElse) {
  for (const std::string_view text :
       {"", "A", "ABEiM0RVZneImaq7zN3u_", "ABEiM0RVZneImaq7zN3u_wA", "ABEiM0RVZneImaq7zN3u_x", "ABEiM0RVZneImaq7zN3u/w",
        "ABEiM0RVZneImaq7zN3u=w", "ABEiM0RVZneImaq7zN3 _w", "ABEiM0RVZneImaq7zN3\xc3\xa4w"}) {
    EXPECT_EQ(fromBase64url(text), std::nullopt) << text;
  }
}

TEST(IdSeal, opensWhatItHasSealed) {
  TestCipher cipher({7});
  for (const std::uint64_t sequence : {std::uint64_t{0}, std::uint64_t{1}, std::numeric_limits<std::uint64_t>::max()}) {
    const EventId id{5, sequence};
    EXPECT_EQ(openId(sealId(id, cipher), 5, cipher), id);
    EXPECT_EQ(openId(sealId(id, cipher), 6, cipher), std::nullopt) << "of another epoch";
  }
}

TEST(IdSeal, opensWithEachKeyAndSealsWithTheFirst) {
  TestCipher before({7});
  TestCipher both({9, 7});
  TestCipher after({9});
  const std::string old = sealId({5, 1}, before);
  EXPECT_EQ(openId(old, 5, both), (EventId{5, 1}));
  EXPECT_EQ(openId(old, 5, after), std::nullopt);
  EXPECT_EQ(openId(sealId({5, 2}, both), 5, after), (EventId{5, 2}));
}

TEST(SealedSequence, readsNoPlainIdsAndNoneBeyondItsEnd) {
  Sequence sequence(5);
  sequence.advance();
  const std::string plain = sequence.idOf(1);
  EXPECT_EQ(sequence.numberOf(plain), 1U);
  auto cipher = std::make_shared<TestCipher>(std::vector<std::uint8_t>{7});
  sequence.seal(cipher);
  EXPECT_EQ(sequence.idOf(1).size(), 22U);
  EXPECT_EQ(sequence.numberOf(sequence.idOf(1)), 1U);
  EXPECT_EQ(sequence.numberOf(plain), std::nullopt);
  EXPECT_EQ(sequence.numberOf(sequence.nextId()), std::nullopt) << "nobody has it yet";
  sequence.advance();
  EXPECT_EQ(sequence.numberOf(sequence.idOf(2)), 2U);
  sequence.seal(nullptr);
  EXPECT_EQ(sequence.numberOf(plain), 1U);
  EXPECT_EQ(sequence.numberOf("5.9"), std::nullopt);
}

}  // namespace
}  // namespace millrace
