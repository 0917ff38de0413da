#include "core/hub/preamble.hpp"

#include "core/hub/sequence.hpp"
#include "core/hub/text_of.hpp"

#include <gtest/gtest.h>

#include <string>

namespace millrace {
namespace {

class PreambleTest : public ::testing::Test {
 protected:
  static constexpr std::string_view kBegin = "event: millrace.begin\ndata: {\"resumes\":true}\n\n";
  static constexpr std::string_view kBeginOfItsOwn = "event: millrace.begin\ndata: {\"resumes\":false}\n\n";
  static constexpr std::string_view kGap = "event: millrace.resume\ndata: {\"verdict\":\"gap\"}\n\n";

  PreambleTest() {
    for (int count = 0; count < 9; ++count) {
      sequence.advance();
    }
  }

  // All of the next read, which is taken.
  std::string read(std::uint64_t position = 0, bool readsChannels = true) {
    preamble.complete(sequence, position, readsChannels);
    const std::string text = test::textOf(preamble.send());
    preamble.sent();
    return text;
  }

  Sequence sequence{10};
  Preamble preamble;
};

TEST_F(PreambleTest, isEmptyAtFirst) {
  EXPECT_TRUE(preamble.isEmpty());
  EXPECT_FALSE(preamble.hasText());
  EXPECT_FALSE(preamble.beginsWithCursor());
  EXPECT_EQ(read(), "");
}

TEST_F(PreambleTest, textIsSentOnce) {
  preamble.text() += "a";
  preamble.text() += "b";
  EXPECT_TRUE(preamble.hasText());
  EXPECT_FALSE(preamble.isEmpty());
  EXPECT_EQ(read(), "ab");
  EXPECT_TRUE(preamble.isEmpty());
  EXPECT_EQ(read(), "");
}

TEST_F(PreambleTest, whatIsAddedLaterWaitsForTheNextRead) {
  preamble.text() += "first";
  const TextPieces& sending = preamble.send();
  preamble.text() += "later";
  EXPECT_EQ(test::textOf(sending), "first");
  EXPECT_EQ(test::textOf(preamble.sending()), "first");
  EXPECT_TRUE(preamble.hasText());
  preamble.sent();
  EXPECT_TRUE(preamble.sending().isEmpty());
  EXPECT_FALSE(preamble.isEmpty());
  EXPECT_EQ(read(), "later");
}

TEST_F(PreambleTest, isSentFromAnyByteOn) {
  const std::string text = "0123456789";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Preamble one;
    one.text() += text;
    one.sentUpTo(test::startOf(one.send()) + cut);
    EXPECT_EQ(one.isEmpty(), cut == text.size());
    EXPECT_FALSE(one.hasText()) << "it waits for nothing";
    one.text() += "later";
    EXPECT_EQ(test::textOf(one.send()), text.substr(cut) + "later") << "cut at " << cut;
  }
}

TEST_F(PreambleTest, whatNothingElseKeepsIsSentFirst) {
  preamble.text() += "text";
  preamble.sendFirst("rest");
  EXPECT_FALSE(preamble.isEmpty());
  EXPECT_EQ(test::textOf(preamble.send()), "resttext");
  preamble.sentUpTo(test::startOf(preamble.sending()) + 2);
  preamble.sendFirst("older ");
  EXPECT_EQ(read(), "older sttext");
}

TEST_F(PreambleTest, aGapIsToldOnceARead) {
  preamble.noticeGap();
  preamble.noticeGap();
  EXPECT_EQ(read(), kGap);
  preamble.noticeGap();
  EXPECT_EQ(read(), kGap);
  EXPECT_EQ(read(), "");
}

TEST_F(PreambleTest, theBeginningGoesBeforeEverythingOnce) {
  preamble.text() += "text";
  preamble.begin("");
  EXPECT_FALSE(preamble.isEmpty());
  EXPECT_EQ(read(), std::string(kBegin) + "text");
  preamble.text() += "text";
  EXPECT_EQ(read(), "text");
}

TEST_F(PreambleTest, aGreetingGoesBeforeTheBeginning) {
  preamble.begin("Connected");
  preamble.text().append("text ");
  EXPECT_EQ(read(), ": Connected\n\n" + std::string(kBegin) + "text ");
}

TEST_F(PreambleTest, theBeginningSaysWhetherTheClientCanResume) {
  preamble.begin("");
  EXPECT_EQ(read(0, false), kBeginOfItsOwn);
  preamble.begin("");
  EXPECT_EQ(read(0, true), kBegin);
}

TEST_F(PreambleTest, theCursorGoesBehindTheTextOnce) {
  preamble.oweCursor();
  EXPECT_FALSE(preamble.isEmpty());
  EXPECT_FALSE(preamble.hasText());
  preamble.text() += "text\n\n";
  EXPECT_EQ(read(7), "text\n\nid: a.7\n\n");
  EXPECT_EQ(read(8), "");
}

TEST_F(PreambleTest, theCursorIsNotBeyondTheNewestEvent) {
  preamble.oweCursor();
  EXPECT_EQ(read(UINT64_MAX), "id: a.9\n\n");
}

TEST_F(PreambleTest, aNewStreamBeginsWithItsCursorUnlessASnapshotGoesBefore) {
  preamble.begin("");
  EXPECT_FALSE(preamble.beginsWithCursor());
  preamble.oweCursor();
  EXPECT_TRUE(preamble.beginsWithCursor());
  preamble.greet("data: 1\n\n");
  EXPECT_FALSE(preamble.beginsWithCursor());
  preamble.greet("data: 2\n\n");
  EXPECT_FALSE(preamble.beginsWithCursor());
  EXPECT_EQ(read(7), std::string(kBegin) + "data: 1\n\ndata: 2\n\nid: a.7\n\n");
  EXPECT_FALSE(preamble.beginsWithCursor());
}

}  // namespace
}  // namespace millrace
