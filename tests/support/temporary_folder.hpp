#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace millrace::test {

// A folder that is removed with all that is in it.
class TemporaryFolder {
 public:
  // `memory`: where files need no disk, if there is such a place; for tests that make thousands of them.
  enum class Place : bool { disk, memory };

  explicit TemporaryFolder(Place place = Place::disk) {
    const std::filesystem::path memory = "/dev/shm";
    const bool isInMemory = place == Place::memory && std::filesystem::is_directory(memory);
    std::string name = ((isInMemory ? memory : std::filesystem::temp_directory_path()) / "millrace-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace millrace::test
