// Files of which a byte is another, or the end is missing: what is read is right, or is told to be missing, or the file is refused or set
// aside.
#include "core/log/stored_events.hpp"
#include "io/store/opened_store.hpp"
#include "support/fault_vfs.hpp"
#include "support/text_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace millrace::test {
namespace {

#ifdef MILLRACE_SANITIZED
constexpr std::size_t kStep = 17;
#else
constexpr std::size_t kStep = 1;
#endif

// The files of a store, and what is in it.
struct Files {
  std::string database;
  std::string log;
  std::map<std::string, std::vector<TestEvent>> events;
  std::map<std::string, std::vector<TestEvent>>
      gone;  // that were there before, and may be there again when the log is lost
  std::uint64_t newest = 0;
};

// One that was closed, and one whose process was killed: some channels, with rows of one event and of many, merged, trimmed and closed.
class Maker {
 public:
  Maker() { vfs_.skipSyncs(); }

  [[nodiscard]] Files make(bool isClosed) {
    const TemporaryFolder folder(TemporaryFolder::Place::memory);
    const std::string path = folder.file("log");
    StoreOpening opening = openStore(path, {vfs_.name()});
    for (int round = 0; round < 80; ++round) {
      append(*opening.store, "a", 1);
      append(*opening.store, round % 2 == 0 ? "b" : "channel with a longer name", round % 10 == 9 ? 30 : 1);
      if (round == 76) {
        opening = {};
        opening = openStore(path, {vfs_.name()});
      }
    }
    append(*opening.store, "gone", 5);
    StoredChannel gone{"gone"};
    EXPECT_EQ(opening.store->trim({}, gone), StoreOutcome::done);
    std::swap(files_.events["gone"], files_.gone["gone"]);
    EXPECT_EQ(opening.store->end("a", files_.events["a"].back().sequence), StoreOutcome::done);
    append(*opening.store, "b", 3);
    if (isClosed) {
      opening = {};
    }
    files_.database = textOf(path);
    files_.log = textOf(path + "-wal");
    return files_;
  }

 private:
  void append(LogStore& store, const std::string& channel, std::size_t count) {
    std::vector<TestEvent> events;
    for (; count > 0; --count) {
      ++files_.newest;
      events.push_back({channel, files_.newest, newest_[channel], bytesOf(channel, files_.newest)});
      events.back().label = "label";
      newest_[channel] = files_.newest;
    }
    EXPECT_EQ(appendAll(store, events, {1, files_.newest, files_.newest + 1000}), StoreOutcome::done);
    std::vector<TestEvent>& all = files_.events[channel];
    all.insert(all.end(), events.begin(), events.end());
  }
  [[nodiscard]] static std::string bytesOf(const std::string& channel, std::uint64_t sequence) {
    return channel + " " + std::to_string(sequence) +
           std::string(sequence * 7 % 150, static_cast<char>('a' + sequence % 26));
  }

  FaultVfs vfs_;
  Files files_;
  std::map<std::string, std::uint64_t> newest_;
};

// Opens files that were damaged, in one folder after the other.
class DamageTest : public testing::Test {
 protected:
  // What is missing without being told is an error, unless the end of the log was cut off: nobody can tell that it was longer.
  enum class Missing : bool { isTold, isAllowed };

  DamageTest() { vfs.skipSyncs(); }

  void expectNothingWrong(const Files& files, Missing missing, const std::string& where) {
    SCOPED_TRACE(where);
    const TemporaryFolder folder(TemporaryFolder::Place::memory);
    const std::string path = folder.file("log");
    writeText(path, files.database);
    if (!files.log.empty()) {
      writeText(path + "-wal", files.log);
    }
    StoreOpening opening = openSqliteLogStore(path, {vfs.name()});
    if (opening.store == nullptr) {
      outcomes["refused"] += 1;
      EXPECT_NE(opening.fault, StoreFault::busy);
      return;
    }
    if (!opening.setAside.empty()) {
      outcomes["set aside"] += 1;
      EXPECT_EQ(textOf(opening.setAside), files.database);
      EXPECT_TRUE(opening.isNew);
      return;
    }
    const bool isAllowed = missing == Missing::isAllowed || opening.position.mayBeBehind || opening.isNew;
    if (!isAllowed) {
      EXPECT_EQ(opening.position.newest, files.newest);
      const auto hasEvents = [](const auto& channel) { return !channel.second.empty(); };
      EXPECT_EQ(opening.channels.size(), std::count_if(files.events.begin(), files.events.end(), hasEvents));
    }
    bool isWhole = true;
    for (const auto& [channel, events] : files.events) {
      if (isAllowed && files.gone.contains(channel)) {
        expectEvents(*opening.store, channel, files.gone.at(channel), true);
        continue;
      }
      isWhole = expectEvents(*opening.store, channel, events, isAllowed) && isWhole;
    }
    outcomes[isWhole ? "whole" : opening.position.mayBeBehind ? "may be behind" : "holes"] += 1;
    if (!isWhole || ++cases % 8 == 0) {
      expectItGoesOn(*opening.store, files);
    }
  }

  // True: all are there.
  static bool expectEvents(LogStore& store, const std::string& channel, const std::vector<TestEvent>& events,
                           bool isAllowed) {
    const ReadAll all = readAll(store, channel);
    if (all.hasFailed) {
      return false;
    }
    auto read = all.events.begin();
    for (const TestEvent& event : events) {
      if (read != all.events.end() && read->sequence == event.sequence) {
        EXPECT_EQ(read->bytes, event.bytes);
        EXPECT_EQ(read->label, event.label);
        ++read;
        continue;
      }
      const bool isTold = std::any_of(all.lost.begin(), all.lost.end(), [&](const auto& lost) {
        return event.sequence > lost.first && event.sequence <= lost.second;
      });
      EXPECT_TRUE(isTold || isAllowed) << channel << " " << event.sequence;
    }
    EXPECT_EQ(read, all.events.end()) << "there are events that were not stored in " << channel;
    return all.events.size() == events.size();
  }

  // Whatever the outcomes are, they come, and what was stored now can be read.
  static void expectItGoesOn(LogStore& store, const Files& files) {
    const std::uint64_t newest = files.newest + 100;
    const std::vector<TestEvent> more = chainOf("a", newest, 2);
    if (appendAll(store, more, {1, newest + 2, newest + 10}) == StoreOutcome::done) {
      const ReadAll all = readAll(store, "a", newest);
      EXPECT_TRUE(all.hasFailed || sequencesOf(all.events) == sequencesOf(more) || !all.lost.empty());
    }
    static_cast<void>(store.beforeLast("b", 20, newest));
    StoreLimits limits = kKeepsAll;
    limits.events = 40;
    for (const auto& [channel, events] : files.events) {
      StoredChannel trimmed{channel};
      static_cast<void>(store.trim(limits, trimmed));
    }
    static_cast<void>(store.forget("b"));
  }

  FaultVfs vfs;
  std::map<std::string, int> outcomes;
  std::size_t cases = 0;
};

char flipped(char byte, std::size_t at) { return static_cast<char>(byte ^ (1 << at * 5 % 8)); }

// Every byte of the beginning and of the last so many, and some of the others.
std::vector<std::size_t> places(std::size_t size, std::size_t last, std::size_t step) {
  constexpr std::size_t kFirst = 160;
  std::vector<std::size_t> all;
  for (std::size_t at = 0; at < size; at += at < kFirst || at + last >= size ? kStep : step) {
    all.push_back(at);
  }
  return all;
}

TEST_F(DamageTest, aByteOfTheDatabase) {
  Files files = Maker().make(true);
  ASSERT_TRUE(files.log.empty());
  for (const std::size_t at : places(files.database.size(), 3000, 101 * kStep)) {
    const char before = files.database[at];
    files.database[at] = flipped(before, at);
    expectNothingWrong(files, Missing::isTold, "byte " + std::to_string(at));
    files.database[at] = before;
    if (HasFatalFailure() || HasNonfatalFailure()) {
      return;
    }
  }
  EXPECT_GT(outcomes["holes"], 0);
  EXPECT_GT(outcomes["whole"], 0);
  EXPECT_GT(outcomes["set aside"], 0);
}

TEST_F(DamageTest, aByteOfTheLog) {
  Files files = Maker().make(false);
  ASSERT_GT(files.log.size(), 8192U);
  for (const std::size_t at : places(files.log.size(), 1500, 149 * kStep)) {
    const char before = files.log[at];
    files.log[at] = flipped(before, at);
    expectNothingWrong(files, Missing::isTold, "byte " + std::to_string(at));
    files.log[at] = before;
    if (HasFatalFailure() || HasNonfatalFailure()) {
      return;
    }
  }
  EXPECT_GT(outcomes["may be behind"], 0);
}

TEST_F(DamageTest, anEndThatIsMissing) {
  const Files closed = Maker().make(true);
  const Files killed = Maker().make(false);
  for (const std::size_t size : places(closed.database.size(), 200, 1000 * kStep)) {
    Files files = closed;
    files.database.resize(size);
    expectNothingWrong(files, Missing::isTold, "database of " + std::to_string(size));
  }
  for (const std::size_t size : places(killed.log.size(), 500, 1030 * kStep)) {
    Files files = killed;
    files.log.resize(size);
    expectNothingWrong(files, Missing::isAllowed, "log of " + std::to_string(size));
  }
  for (const std::size_t size : places(killed.database.size(), 200, 1000 * kStep)) {
    Files files = killed;
    files.database.resize(size);
    expectNothingWrong(files, Missing::isTold, "database with a log, of " + std::to_string(size));
  }
}

TEST_F(DamageTest, manyBytesAtOnce) {
  std::mt19937 random(11);
  const Files closed = Maker().make(true);
  for (std::size_t round = 0; round < 400 / kStep; ++round) {
    Files files = closed;
    const std::size_t at = 4096 + random() % (files.database.size() - 4096);
    const std::size_t size = std::min<std::size_t>(random() % 3000, files.database.size() - at);
    for (std::size_t byte = at; byte < at + size; ++byte) {
      files.database[byte] = static_cast<char>(random() % 2 == 0 ? 0 : random());
    }
    expectNothingWrong(files, Missing::isTold, std::to_string(size) + " bytes at " + std::to_string(at));
  }
}

}  // namespace
}  // namespace millrace::test
