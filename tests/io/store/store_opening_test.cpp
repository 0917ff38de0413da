#include "io/store/store_opening.hpp"

#include "core/log/stored_events.hpp"
#include "io/store/opened_store.hpp"
#include "io/store/sqlite_statement.hpp"
#include "support/temporary_folder.hpp"
#include "support/text_file.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace millrace::test {
namespace {

class StoreOpeningTest : public testing::Test {
 protected:
  [[nodiscard]] StoreFault faultAt(const std::string& file) {
    const StoreOpening opening = openSqliteLogStore(file);
    EXPECT_EQ(opening.store == nullptr, opening.fault != StoreFault::none);
    return opening.fault;
  }
  // The file that a store has left that was closed.
  void makeStore() {
    ASSERT_EQ(appendAll(*openStore(path).store, chainOf("a", 0, 10), {1, 10, 10}), StoreOutcome::done);
  }
  void change(std::string_view sql) const {
    SqliteConnection connection;
    ASSERT_TRUE(connection.open(path, ""));
    ASSERT_TRUE(connection.execute(std::string(sql).c_str())) << connection.error();
  }

  TemporaryFolder folder;
  std::string path = folder.file("log");
};

TEST_F(StoreOpeningTest, aFileHasOneStoreInAProcess) {
  {
    const StoreOpening first = openStore(path);
    EXPECT_EQ(faultAt(path), StoreFault::busy);
    EXPECT_EQ(appendAll(*first.store, chainOf("a", 0, 3)), StoreOutcome::done);
  }
  EXPECT_EQ(faultAt(path), StoreFault::none);
}

TEST_F(StoreOpeningTest, aFileHasOneProcess) {
  const StoreOpening first = openStore(path);
  const pid_t child = ::fork();
  if (child == 0) {
    ::_exit(openSqliteLogStore(path).fault == StoreFault::busy ? 0 : 1);
  }
  int status = 1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(StoreOpeningTest, aFileOfOthersIsLeftAsItIs) {
  const std::string text = "This is not a database, but it is long enough to be one: " + std::string(5000, 'x');
  for (const std::string& content : {text, std::string("short"), std::string(4096, '\0')}) {
    writeText(path, content);
    EXPECT_EQ(faultAt(path), StoreFault::foreign);
    EXPECT_EQ(textOf(path), content);
  }
}

TEST_F(StoreOpeningTest, anotherProgramsDatabaseIsLeftAsItIs) {
  change("CREATE TABLE theirs(x); INSERT INTO theirs VALUES(1)");
  const std::string before = textOf(path);
  EXPECT_EQ(faultAt(path), StoreFault::foreign);
  EXPECT_EQ(textOf(path), before);
}

TEST_F(StoreOpeningTest, aLaterVersionsFileIsLeftAsItIs) {
  makeStore();
  change("PRAGMA user_version = 2");
  const std::string before = textOf(path);
  EXPECT_EQ(faultAt(path), StoreFault::newer);
  EXPECT_EQ(textOf(path), before);
}

TEST_F(StoreOpeningTest, whatCannotBeMadeIsUnreachable) {
  EXPECT_EQ(faultAt(folder.file("none/log")), StoreFault::unreachable);
  EXPECT_NE(openSqliteLogStore(folder.file("none/log")).message, "");
  std::filesystem::create_directory(folder.file("folder"));
  EXPECT_EQ(faultAt(folder.file("folder")), StoreFault::unreachable);
  EXPECT_EQ(faultAt(""), StoreFault::unreachable);
}

TEST_F(StoreOpeningTest, anEmptyFileBecomesAStore) {
  writeText(path, "");
  EXPECT_TRUE(openStore(path).isNew);
}

TEST_F(StoreOpeningTest, pathsMayBeRelativeAndInUtf8) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  for (const std::string name :
       {"log", "Ereignisse für Ümit – 事件", ":memory:", "file:log?mode=memory", "a'b\"c%20d"}) {
    EXPECT_TRUE(openStore(name).isNew) << name;
    EXPECT_TRUE(std::filesystem::exists(folder.file(name))) << name;
  }
  const StoreOpening moved = openStore("log");
  std::filesystem::current_path(before);
  EXPECT_EQ(appendAll(*moved.store, chainOf("a", 0, 10)), StoreOutcome::done);
  EXPECT_EQ(readAll(*moved.store, "a").events.size(), 10U);
}

TEST_F(StoreOpeningTest, aLinkLeadsToTheSameStore) {
  makeStore();
  const std::string link = folder.file("link");
  std::filesystem::create_symlink("log", link);
  const StoreOpening opening = openStore(link);
  EXPECT_EQ(opening.channels.size(), 1U);
  EXPECT_EQ(faultAt(path), StoreFault::busy);
}

// The first byte of a page says what it is. With some of them wrong, the file can be read in part, but not written.
TEST_F(StoreOpeningTest, whatCannotBeWrittenAnyMoreIsSetAsideByTheNextProcess) {
  makeStore();
  const std::string whole = textOf(path);
  constexpr std::size_t kPage = 4096;
  int givenUp = 0;
  for (std::size_t at = 2 * kPage; at < whole.size(); at += kPage) {
    const TemporaryFolder own;
    const std::string damaged = own.file("log");
    writeText(damaged, whole.substr(0, at) + 'x' + whole.substr(at + 1));
    StoreOpening opening = openStore(damaged);
    if (!opening.setAside.empty() || appendAll(*opening.store, chainOf("a", 10, 3)) == StoreOutcome::done) {
      continue;
    }
    ++givenUp;
    EXPECT_EQ(appendAll(*opening.store, chainOf("a", 10, 3)), StoreOutcome::failed);
    opening = {};
    opening = openStore(damaged);
    EXPECT_EQ(opening.setAside, damaged + ".damaged-1");
    EXPECT_EQ(appendAll(*opening.store, chainOf("a", 10, 3)), StoreOutcome::done);
    opening = {};
    EXPECT_EQ(openStore(damaged).setAside, "");
  }
  EXPECT_GT(givenUp, 0);
}

TEST_F(StoreOpeningTest, anUnusableFileIsSetAsideAndTheOldOnesStay) {
  for (const std::string number : {"1", "2", "3"}) {
    makeStore();
    change("UPDATE meta SET newest = 9");
    const std::string before = textOf(path);
    const StoreOpening opening = openStore(path);
    EXPECT_EQ(opening.setAside, path + ".damaged-" + number);
    EXPECT_EQ(textOf(opening.setAside), before);
    EXPECT_NE(opening.message, "");
    EXPECT_TRUE(opening.isNew);
    EXPECT_TRUE(opening.channels.empty());
    EXPECT_EQ(appendAll(*opening.store, chainOf("a", 0, 10)), StoreOutcome::done);
  }
}

TEST_F(StoreOpeningTest, anotherSchemaIsDamage) {
  makeStore();
  change("DROP INDEX segments_by_channel");
  EXPECT_NE(openStore(path).setAside, "");
  makeStore();
  change("CREATE TABLE more(x)");
  EXPECT_NE(openStore(path).setAside, "");
}

TEST_F(StoreOpeningTest, whereNumbersGoOnFarBehindWhatWasReservedTheFileItselfKnows) {
  StoreOpening opening = openStore(path);
  EXPECT_EQ(appendAll(*opening.store, {}, {1, 5'000'000, 6'000'000, 0, false, false}), StoreOutcome::done);
  const std::string copy = folder.file("without its log");
  writeText(copy, textOf(path));
  EXPECT_EQ(openStore(copy).position.newest, 5'000'000U);
}

TEST_F(StoreOpeningTest, aLogWithoutItsDatabaseIsSetAside) {
  writeText(path + "-wal", "what was in the log");
  const StoreOpening opening = openStore(path);
  EXPECT_EQ(opening.setAside, path + ".damaged-1");
  EXPECT_EQ(textOf(path + ".damaged-1-wal"), "what was in the log");
  EXPECT_TRUE(opening.isNew);
}

TEST_F(StoreOpeningTest, aDamagedRowOfAChannelIsMadeAgain) {
  for (const std::string sql :
       {"UPDATE channels SET newest = 3", "UPDATE channels SET key = 'b'", "UPDATE channels SET id = 77",
        "DELETE FROM channels", "UPDATE channels SET sum = 1, lost_through = 5"}) {
    const TemporaryFolder own;
    path = own.file("log");
    makeStore();
    // The index stays as it was: what is damaged is one of the two.
    change(
        "PRAGMA writable_schema = ON; CREATE TABLE saved AS SELECT * FROM sqlite_schema WHERE name = 'channels_by_key';"
        "DELETE FROM sqlite_schema WHERE name = 'channels_by_key'");
    change(sql);
    change("PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM saved; DROP TABLE saved");
    const StoreOpening opening = openStore(path);
    EXPECT_EQ(opening.setAside, "") << sql << " " << opening.message;
    ASSERT_EQ(opening.channels.size(), 1U) << sql;
    EXPECT_EQ(opening.channels[0].key, "a");
    EXPECT_EQ(opening.channels[0].newest, 10U);
    EXPECT_EQ(opening.channels[0].events, 10U);
    EXPECT_EQ(appendAll(*opening.store, chainOf("a", 10, 3)), StoreOutcome::done);
    EXPECT_EQ(readAll(*opening.store, "a").events.size(), 13U);
  }
}

}  // namespace
}  // namespace millrace::test
