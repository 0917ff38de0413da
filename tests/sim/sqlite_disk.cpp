#include "sim/sqlite_disk.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <random>
#include <utility>
#include <vector>

namespace millrace::sim {
namespace {

using test::TemporaryFolder;

constexpr std::uint64_t kForEver = std::numeric_limits<std::uint64_t>::max();

std::string contentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

int anyCode(Random& random) {
  constexpr std::array<int, 4> kCodes = {SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_IOERR};
  return kCodes.at(random.below(kCodes.size()));
}

}  // namespace

SqliteDisk::SqliteDisk(std::uint64_t seed)
    : folder_(std::make_unique<TemporaryFolder>(TemporaryFolder::Place::memory)) {
  // What SQLite itself draws is the seed's, too.
  sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, static_cast<int>(seed % 1000000) + 1, nullptr);
  useFolder();
}

void SqliteDisk::useFolder() {
  vfs_ = std::make_unique<test::FaultVfs>();
  vfs_->skipSyncs();
  vfs_->trackSyncs();
  vfs_->onRead([this] { return failsReads() ? SQLITE_IOERR_READ : SQLITE_OK; });
}

LogStore* SqliteDisk::open(StoreContents& contents) {
  opening_ = openSqliteLogStore(path(), {vfs_->name()});
  const StoreContents& found = opening_;
  contents = found;
  return opening_.store.get();
}

void SqliteDisk::close() { opening_ = {}; }

// What SQLite would do when its connections are closed does not come to pass.
void SqliteDisk::kill() {
  vfs_->failAfter(0, SQLITE_IOERR);
  opening_ = {};
  vfs_->heal();
}

void SqliteDisk::cutPower(Random& random) {
  kill();
  loseMark();
  std::mt19937 engine(static_cast<std::uint32_t>(random.next()));
  auto after = std::make_unique<TemporaryFolder>(TemporaryFolder::Place::memory);
  vfs_->cutPower(after->path(), engine);
  folder_ = std::move(after);
  useFolder();
}

void SqliteDisk::fail(Random& random) { vfs_->failAfter(0, anyCode(random)); }

void SqliteDisk::failSoon(Random& random) {
  vfs_->failAfter(random.below(12), anyCode(random));
  vfs_->failTimes(random.chance(70) ? 1 : kForEver);
}

void SqliteDisk::stopAfter(std::uint64_t changes) { vfs_->failAfter(changes, SQLITE_IOERR); }

void SqliteDisk::heal() { vfs_->heal(); }

void SqliteDisk::flipBit(Random& random) {
  std::vector<std::string> there;
  for (const char* ending : {"", "-wal"}) {
    if (const std::string name = path() + ending;
        std::filesystem::exists(name) && std::filesystem::file_size(name) > 0) {
      there.push_back(name);
    }
  }
  if (there.empty()) {
    return;
  }
  const std::string& name = there[random.below(there.size())];
  std::string content = contentOf(name);
  char& byte = content[random.below(content.size())];
  byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << random.below(8)));
  std::ofstream(name, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
}

std::string SqliteDisk::bytes() const { return contentOf(path()) + contentOf(path() + "-wal"); }

}  // namespace millrace::sim
