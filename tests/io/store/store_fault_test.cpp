// Disks that fail, or are full, at every write, sync and truncation of a short life of a store.
#include "core/log/stored_events.hpp"
#include "io/store/opened_store.hpp"
#include "support/fault_vfs.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace millrace::test {
namespace {

// Opening a store takes the first so many changes, each of which is tried; of the others every so many-th.
#ifdef MILLRACE_SANITIZED
constexpr std::uint64_t kEach = 0;
constexpr std::uint64_t kStep = 13;
#else
constexpr std::uint64_t kEach = 60;
constexpr std::uint64_t kStep = 4;
#endif

using Sequences = std::vector<std::uint64_t>;

Sequences from(std::uint64_t first, std::uint64_t last) {
  Sequences all;
  for (std::uint64_t sequence = first; sequence <= last; ++sequence) {
    all.push_back(sequence);
  }
  return all;
}

// What is done with a store, and what is in two of its channels afterwards.
struct Step {
  std::function<StoreOutcome(LogStore&)> run;
  Sequences a;
  Sequences b;
};

std::vector<TestEvent> large(const std::string& channel, std::uint64_t after, std::uint64_t first, std::size_t count) {
  std::vector<TestEvent> events = chainOf(channel, first - 1, count);
  events.front().after = after;
  for (TestEvent& event : events) {
    event.bytes += std::string(3000, 'x');
  }
  return events;
}

std::vector<Step> steps() {
  const auto append = [](std::vector<TestEvent> events, std::uint64_t newest) {
    return [events = std::move(events), newest](LogStore& store) {
      return appendAll(store, events, {1, newest, newest + 10, newest == 60, false});
    };
  };
  Sequences a = from(1, 20);
  const Sequences later = from(41, 60);
  std::vector<Step> all;
  all.push_back({append(large("a", 0, 1, 20), 20), a, {}});
  all.push_back({append(large("b", 0, 21, 20), 40), a, from(21, 40)});
  a.insert(a.end(), later.begin(), later.end());
  all.push_back({append(large("a", 20, 41, 20), 60), a, from(21, 40)});
  all.push_back({[](LogStore& store) { return store.end("b", 40); }, a, from(21, 40)});
  const auto trim = [](LogStore& store) {
    StoreLimits limits = kKeepsAll;
    limits.events = 9;
    StoredChannel channel{"a"};
    return store.trim(limits, channel);
  };
  all.push_back({trim, from(52, 60), from(21, 40)});
  all.push_back({[](LogStore& store) { return store.forget("b"); }, from(52, 60), {}});
  all.push_back({append(large("b", 40, 61, 1), 61), from(52, 60), from(61, 61)});
  return all;
}

void expectState(LogStore& store, const Sequences& a, const Sequences& b, const std::string& where) {
  EXPECT_EQ(sequencesOf(readAll(store, "a").events), a) << where;
  EXPECT_EQ(sequencesOf(readAll(store, "b").events), b) << where;
}

// True: the disk has failed.
bool runWith(std::uint64_t changes, int code, std::uint64_t times) {
  const std::string where = std::to_string(changes) + " changes, then " + std::to_string(code);
  FaultVfs vfs;
  vfs.skipSyncs();
  const TemporaryFolder folder(TemporaryFolder::Place::memory);
  const std::string path = folder.file("log");
  vfs.failAfter(changes, code);
  vfs.failTimes(times);
  StoreOpening opening = openSqliteLogStore(path, {vfs.name()});
  EXPECT_EQ(opening.setAside, "") << where;
  if (opening.store == nullptr) {
    EXPECT_EQ(opening.fault, StoreFault::unreachable) << where;
    EXPECT_TRUE(vfs.hasFailed());
    vfs.heal();
    opening = openStore(path, {vfs.name()});
  }
  Sequences a;
  Sequences b;
  for (const Step& step : steps()) {
    if (step.run(*opening.store) == StoreOutcome::failed) {
      EXPECT_TRUE(vfs.hasFailed()) << where;
      const ReadAll left = readAll(*opening.store, "b");
      if (!left.events.empty()) {  // forget() may have come as far as that
        EXPECT_EQ(sequencesOf(left.events), b) << where;
      }
      const Sequences ofA = sequencesOf(readAll(*opening.store, "a").events);
      EXPECT_TRUE(ofA == a || ofA == step.a) << where;  // trim() may have come as far as that, too
      vfs.heal();
      EXPECT_EQ(step.run(*opening.store), StoreOutcome::done) << where;
    }
    a = step.a;
    b = step.b;
    expectState(*opening.store, a, b, where);
  }
  const bool hasFailed = vfs.hasFailed();
  vfs.heal();
  opening = {};
  opening = openStore(path);
  EXPECT_EQ(opening.setAside, "") << where;
  EXPECT_EQ(opening.position.newest, 61U) << where;
  expectState(*opening.store, a, b, where);
  return hasFailed;
}

TEST(StoreFault, whateverFailsNothingIsLostAndItGoesOnAfterwards) {
  for (const int code : {SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC}) {
    for (const std::uint64_t times :
         {std::uint64_t{1}, std::uint64_t{1'000'000}}) {  // it fails once, or until it is mended
      std::uint64_t changes = 0;
      while (runWith(changes, code, times) && !testing::Test::HasFailure()) {
        changes += changes < kEach ? 1 : kStep;
      }
      EXPECT_GT(changes, 50U);
    }
  }
}

// What commits that failed have left in the log looks like damage, and cannot be cleared away then.
TEST(StoreFault, aFileIsNotSetAsideForADiskThatFailsWhenItIsOpened) {
  for (std::uint64_t first = 0; first < 12; first += kStep / 4 + 1) {
    for (std::uint64_t second = 0; second < 6; ++second) {
      SCOPED_TRACE(std::to_string(first) + " and " + std::to_string(second));
      FaultVfs vfs;
      vfs.skipSyncs();
      const TemporaryFolder folder(TemporaryFolder::Place::memory);
      const std::string path = folder.file("log");
      StoreOpening opening = openStore(path, {vfs.name()});
      EXPECT_EQ(appendAll(*opening.store, large("a", 0, 1, 5)), StoreOutcome::done);
      for (const std::uint64_t changes : {first, second}) {
        vfs.failAfter(changes, SQLITE_IOERR_FSYNC);
        static_cast<void>(appendAll(*opening.store, large("b", 5, 6, 5)));
        vfs.heal();
      }
      vfs.failAfter(0, SQLITE_FULL);
      opening = {};
      opening = openSqliteLogStore(path, {vfs.name()});
      EXPECT_EQ(opening.setAside, "");
      opening = {};
      vfs.heal();
      opening = openStore(path, {vfs.name()});
      EXPECT_EQ(sequencesOf(readAll(*opening.store, "a").events), from(1, 5));
    }
  }
}

TEST(StoreFault, ofTheLastEventsNoneIsLeftOutWhereSomeCannotBeRead) {
  FaultVfs vfs;
  vfs.skipSyncs();
  const TemporaryFolder folder(TemporaryFolder::Place::memory);
  const std::string path = folder.file("log");
  {
    StoreOpening opening = openStore(path, {vfs.name()});
    for (std::uint64_t after = 0; after < 100; after += 5) {
      EXPECT_EQ(appendAll(*opening.store, large("a", after, after + 1, 5)), StoreOutcome::done);
    }
  }
  std::uint64_t reads = 0;
  for (bool hasFailed = true; hasFailed; ++reads) {
    StoreOpening opening = openStore(path, {vfs.name()});
    std::uint64_t left = reads;
    hasFailed = false;
    vfs.onRead([&] {
      hasFailed = hasFailed || left == 0;
      return left-- == 0 ? SQLITE_IOERR_READ : SQLITE_OK;
    });
    EXPECT_LE(opening.store->beforeLast("a", 43, 97), 54U) << reads;
    vfs.onRead(nullptr);
    EXPECT_EQ(opening.store->beforeLast("a", 43, 97), 54U);
  }
  EXPECT_GT(reads, 5U);
}

}  // namespace
}  // namespace millrace::test
