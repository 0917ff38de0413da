#pragma once

#include "io/store/store_opening.hpp"
#include "sim/disk.hpp"
#include "support/fault_vfs.hpp"
#include "support/temporary_folder.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace millrace::sim {

// The real store, on a disk that fails and loses what was not synced. Its files lie in memory.
class SqliteDisk : public Disk {
 public:
  explicit SqliteDisk(std::uint64_t seed);

  [[nodiscard]] LogStore* open(StoreContents& contents) override;
  void close() override;
  void kill() override;
  void cutPower(Random& random) override;
  void fail(Random& random) override;
  void failSoon(Random& random) override;
  void stopAfter(std::uint64_t changes) override;
  void heal() override;
  void flipBit(Random& random) override;
  [[nodiscard]] std::string bytes() const override;

 private:
  void useFolder();
  [[nodiscard]] std::string path() const { return folder_->file("log"); }

  std::unique_ptr<test::TemporaryFolder> folder_;
  std::unique_ptr<test::FaultVfs> vfs_;
  StoreOpening opening_;
};

}  // namespace millrace::sim
