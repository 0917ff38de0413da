#include "io/store/sqlite_log_store.hpp"

#include "core/log/stored_events.hpp"
#include "io/store/opened_store.hpp"
#include "io/store/sqlite_statement.hpp"
#include "support/fault_vfs.hpp"
#include "support/text_file.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace millrace::test {
namespace {

using Sequences = std::vector<std::uint64_t>;

class SqliteLogStoreTest : public testing::Test {
 protected:
  SqliteLogStoreTest() { vfs.skipSyncs(); }

  // Closes the store, and opens it again.
  void reopen() {
    opened = {};
    opened = openStore(path, {vfs.name()});
  }
  [[nodiscard]] SqliteLogStore& store() { return *opened.store; }

  // Of the file, as another connection sees it.
  [[nodiscard]] std::uint64_t ask(std::string_view sql) const {
    SqliteConnection connection;
    EXPECT_TRUE(connection.open(path, ""));
    SqliteStatement statement(connection, sql);
    SqliteRows rows(statement);
    EXPECT_TRUE(rows.next()) << sql;
    return rows.number(0);
  }

  FaultVfs vfs;
  TemporaryFolder folder;
  std::string path = folder.file("log");
  StoreOpening opened = openStore(path, {vfs.name()});
};

TEST_F(SqliteLogStoreTest, allIsThereAfterItWasOpenedAgain) {
  EXPECT_TRUE(opened.isNew);
  const StorePosition position{7, 30, 64, 20, true, true};
  ASSERT_EQ(appendAll(store(), chainOf("a", 10, 20), position), StoreOutcome::done);
  ASSERT_EQ(appendAll(store(), chainOf("b", 0, 5), position), StoreOutcome::done);
  ASSERT_EQ(store().end("b", 5), StoreOutcome::done);
  const std::vector<StoredChannel> channels{channelOf(store(), "a"), channelOf(store(), "b")};
  reopen();
  EXPECT_FALSE(opened.isNew);
  EXPECT_EQ(opened.position.epoch, 7U);
  EXPECT_EQ(opened.position.newest, 30U);
  EXPECT_EQ(opened.position.reservedThrough, 64U);
  EXPECT_TRUE(opened.position.isClean);
  EXPECT_TRUE(opened.position.mayBeBehind);
  EXPECT_EQ(opened.newestStored, 30U);
  EXPECT_EQ(opened.channels, channels);
  EXPECT_EQ(channels[1].endsAfter, 5U);
  EXPECT_EQ(readAll(store(), "a", 10).events.size(), 20U);
  EXPECT_TRUE(opened.setAside.empty());
}

TEST_F(SqliteLogStoreTest, whatIsGivenAgainIsNotStoredTwice) {
  ASSERT_EQ(appendAll(store(), chainOf("a", 0, 10)), StoreOutcome::done);
  ASSERT_EQ(appendAll(store(), chainOf("a", 5, 10)), StoreOutcome::done);
  const ReadAll all = readAll(store(), "a");
  EXPECT_EQ(all.events.size(), 15U);
  EXPECT_TRUE(all.lost.empty());
  EXPECT_EQ(channelOf(store(), "a").events, 15U);
}

TEST_F(SqliteLogStoreTest, numbersThatItCannotStoreAreRefusedAndNothingIsStored) {
  std::vector<TestEvent> events = chainOf("a", 0, 3);
  events.push_back({"a", std::uint64_t{1} << 63U, 3, "x"});
  EXPECT_EQ(appendAll(store(), events, {1, 2, 3}), StoreOutcome::failed);
  EXPECT_EQ(appendAll(store(), {{"a", 5, 5, "x"}}), StoreOutcome::failed);
  EXPECT_TRUE(readAll(store(), "a").events.empty());
  reopen();
  EXPECT_EQ(opened.position.epoch, 0U);
}

TEST_F(SqliteLogStoreTest, eventsThatComeOneByOneShareRows) {
  for (std::uint64_t after = 0; after < 1000; ++after) {
    ASSERT_EQ(appendAll(store(), chainOf("a", after, 1)), StoreOutcome::done);
  }
  EXPECT_LT(ask("SELECT count(*) FROM segments"), 100U);
  EXPECT_EQ(readAll(store(), "a").events.size(), 1000U);
}

TEST_F(SqliteLogStoreTest, spaceIsGivenBack) {
  std::uint64_t newest = 0;
  for (int round = 0; round < 16; ++round) {
    std::vector<TestEvent> events = chainOf("a", newest, 64);
    for (TestEvent& event : events) {
      event.bytes = std::string(8192, 'x');
    }
    ASSERT_EQ(appendAll(store(), events), StoreOutcome::done);
    newest = events.back().sequence;
  }
  reopen();
  const std::uintmax_t full = std::filesystem::file_size(path);
  EXPECT_GT(full, 8'000'000U);
  StoreLimits limits = kKeepsAll;
  limits.events = 10;
  for (int times = 0; times < 3; ++times) {
    StoredChannel channel{"a"};
    ASSERT_EQ(store().trim(limits, channel), StoreOutcome::done);
  }
  reopen();
  EXPECT_LT(std::filesystem::file_size(path), full / 4);
  EXPECT_LT(std::filesystem::file_size(path + "-wal"), std::uintmax_t{17} << 20U);
}

// Some channels side by side, so that they share pages; merges and trims leave old pages behind.
TEST_F(SqliteLogStoreTest, aForgottenChannelLeavesNoTrace) {
  std::map<std::string, std::uint64_t> newest;
  for (std::uint32_t seed = 1; seed <= 4; ++seed) {
    std::mt19937 random(seed);
    for (int round = 0; round < 800; ++round) {
      const std::string channel = random() % 2 == 0 ? "kept" + std::to_string(random() % 4) : "secretly";
      std::uint64_t& after = newest[channel];
      std::vector<TestEvent> events = chainOf(channel, after, random() % 40 == 0 ? 80 : 1);
      for (TestEvent& event : events) {
        event.bytes = channel + " bytes " + std::string(random() % 300, 'x');
        event.label = channel + " label";
        event.conflateKey = channel + " key";
      }
      after = events.back().sequence;
      ASSERT_EQ(appendAll(store(), events), StoreOutcome::done);
      if (round % 100 == 99) {
        StoreLimits limits = kKeepsAll;
        limits.events = 200;
        StoredChannel trimmed{channel};
        ASSERT_EQ(store().trim(limits, trimmed), StoreOutcome::done);
      }
    }
    ASSERT_EQ(store().forget("secretly"), StoreOutcome::done);
    EXPECT_EQ(textOf(path).find("secretly"), std::string::npos) << seed;
    EXPECT_EQ(textOf(path + "-wal").find("secretly"), std::string::npos) << seed;
    EXPECT_NE(textOf(path).find("kept1 bytes"), std::string::npos);
    EXPECT_FALSE(readAll(store(), "kept1").events.empty());
    EXPECT_EQ(ask("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1U);
  }
}

TEST_F(SqliteLogStoreTest, aCleanEndIsNotSaidAgainOfWhatCameLater) {
  ASSERT_EQ(appendAll(store(), chainOf("a", 0, 3), {1, 3, 10, 0, true}), StoreOutcome::done);
  reopen();
  ASSERT_TRUE(opened.position.isClean);
  ASSERT_EQ(appendAll(store(), chainOf("a", 3, 3), {1, 6, 10, 0, false}), StoreOutcome::done);
  // As if the disk had lost the whole write-ahead log.
  const std::string copy = folder.file("copy");
  std::filesystem::copy_file(path, copy);
  const StoreOpening other = openStore(copy);
  EXPECT_FALSE(other.position.isClean);
  EXPECT_EQ(other.position.epoch, 1U);
}

TEST_F(SqliteLogStoreTest, oneThreadReadsWhileAnotherWrites) {
  std::atomic<std::uint64_t> written = 0;
  std::thread reader([&] {
    for (std::uint64_t known = 0; known < 500;) {
      known = written;
      const ReadAll all = readAll(store(), "a", known / 2, 500);
      EXPECT_TRUE(all.lost.empty());
      EXPECT_GE(all.through, known);
      EXPECT_LE(store().beforeLast("a", 10, known), known);
    }
  });
  for (std::uint64_t after = 0; after < 500; ++after) {
    EXPECT_EQ(appendAll(store(), chainOf("a", after, 1)), StoreOutcome::done);
    written = after + 1;
  }
  reader.join();
}

}  // namespace
}  // namespace millrace::test
