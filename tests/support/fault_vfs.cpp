#include "support/fault_vfs.hpp"

#include "support/text_file.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <new>
#include <utility>

namespace millrace::test {
namespace {

// What SQLite has of an open file; that of the VFS below lies behind it.
struct OpenFile {
  sqlite3_file base{};
  FaultVfs* vfs = nullptr;
  std::string path;
  bool isNewJournal = false;  // the system's VFS syncs the folder with it the first time

  [[nodiscard]] sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

OpenFile& of(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file); }
const sqlite3_io_methods& methodsBelow(sqlite3_file* file) { return *of(file).below()->pMethods; }

int closeFile(sqlite3_file* file) {
  const int outcome = methodsBelow(file).xClose(of(file).below());
  of(file).~OpenFile();
  return outcome;
}
int readFile(sqlite3_file* file, void* bytes, int size, sqlite3_int64 at) {
  if (const int code = of(file).vfs->read(); code != SQLITE_OK) {
    return code;
  }
  return methodsBelow(file).xRead(of(file).below(), bytes, size, at);
}
int writeFile(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  OpenFile& open = of(file);
  if (const int code = open.vfs->change(); code != SQLITE_OK) {
    return code;
  }
  const std::string written(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
  open.vfs->wrote(open.path, {static_cast<std::uint64_t>(at), written, false});
  return methodsBelow(file).xWrite(open.below(), bytes, size, at);
}
int truncateFile(sqlite3_file* file, sqlite3_int64 size) {
  OpenFile& open = of(file);
  if (const int code = open.vfs->change(); code != SQLITE_OK) {
    return code;
  }
  open.vfs->wrote(open.path, {static_cast<std::uint64_t>(size), {}, true});
  return methodsBelow(file).xTruncate(open.below(), size);
}

void apply(const FaultVfs::Write& write, std::string& content) {
  if (write.isEnd) {
    content.resize(write.at);
    return;
  }
  content.resize(std::max<std::size_t>(content.size(), write.at + write.bytes.size()));
  content.replace(write.at, write.bytes.size(), write.bytes);
}

// Of what was written without a sync, the blocks that `isThere` chooses.
void addUnsynced(const std::vector<FaultVfs::Write>& writes, const std::function<bool()>& isThere,
                 std::string& content) {
  constexpr std::size_t kBlock = 512;
  for (const FaultVfs::Write& write : writes) {
    if (write.isEnd && isThere()) {
      apply(write, content);
    }
    for (std::size_t at = 0; at < write.bytes.size();) {
      const std::size_t size = std::min(kBlock - (write.at + at) % kBlock, write.bytes.size() - at);
      if (isThere()) {
        apply({write.at + at, write.bytes.substr(at, size), false}, content);
      }
      at += size;
    }
  }
}

int syncFile(sqlite3_file* file, int flags) {
  OpenFile& open = of(file);
  if (const int code = open.vfs->change(); code != SQLITE_OK) {
    return code;
  }
  open.vfs->synced(open.path, std::exchange(open.isNewJournal, false));
  return open.vfs->skips() ? SQLITE_OK : methodsBelow(file).xSync(open.below(), flags);
}
int sizeOfFile(sqlite3_file* file, sqlite3_int64* size) { return methodsBelow(file).xFileSize(of(file).below(), size); }
int lockFile(sqlite3_file* file, int level) { return methodsBelow(file).xLock(of(file).below(), level); }
int unlockFile(sqlite3_file* file, int level) { return methodsBelow(file).xUnlock(of(file).below(), level); }
int isReserved(sqlite3_file* file, int* result) {
  return methodsBelow(file).xCheckReservedLock(of(file).below(), result);
}
int controlFile(sqlite3_file* file, int operation, void* argument) {
  return methodsBelow(file).xFileControl(of(file).below(), operation, argument);
}
int sectorOfFile(sqlite3_file* file) { return methodsBelow(file).xSectorSize(of(file).below()); }
int deviceOfFile(sqlite3_file* file) { return methodsBelow(file).xDeviceCharacteristics(of(file).below()); }
int mapShared(sqlite3_file* file, int region, int size, int isWriting, void volatile** memory) {
  return methodsBelow(file).xShmMap(of(file).below(), region, size, isWriting, memory);
}
int lockShared(sqlite3_file* file, int offset, int count, int flags) {
  return methodsBelow(file).xShmLock(of(file).below(), offset, count, flags);
}
void fenceShared(sqlite3_file* file) { methodsBelow(file).xShmBarrier(of(file).below()); }
int unmapShared(sqlite3_file* file, int isDeleting) {
  return methodsBelow(file).xShmUnmap(of(file).below(), isDeleting);
}

constexpr sqlite3_io_methods kMethods = {2,           closeFile,    readFile,     writeFile,  truncateFile,
                                         syncFile,    sizeOfFile,   lockFile,     unlockFile, isReserved,
                                         controlFile, sectorOfFile, deviceOfFile, mapShared,  lockShared,
                                         fenceShared, unmapShared,  nullptr,      nullptr};

FaultVfs& of(sqlite3_vfs* vfs) { return *static_cast<FaultVfs*>(vfs->pAppData); }

int openFile(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* given) {
  auto* open = new (file) OpenFile{};
  open->vfs = &of(vfs);
  open->path = path == nullptr ? "" : path;
  sqlite3_vfs& below = of(vfs).below();
  const int outcome = below.xOpen(&below, path, open->below(), flags, given);
  if (outcome != SQLITE_OK) {
    open->~OpenFile();
    file->pMethods = nullptr;
    return outcome;
  }
  constexpr int kJournals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL;
  open->isNewJournal = (flags & SQLITE_OPEN_CREATE) != 0 && (flags & kJournals) != 0;
  file->pMethods = &kMethods;
  of(vfs).opened(open->path);
  return SQLITE_OK;
}
int deleteFile(sqlite3_vfs* vfs, const char* path, int isSynced) {
  if (const int code = of(vfs).change(); code != SQLITE_OK) {
    return code;
  }
  of(vfs).deleted(path, isSynced != 0);
  sqlite3_vfs& below = of(vfs).below();
  return below.xDelete(&below, path, 0);
}
int accessFile(sqlite3_vfs* vfs, const char* path, int flags, int* result) {
  sqlite3_vfs& below = of(vfs).below();
  return below.xAccess(&below, path, flags, result);
}
int fullName(sqlite3_vfs* vfs, const char* path, int size, char* out) {
  sqlite3_vfs& below = of(vfs).below();
  return below.xFullPathname(&below, path, size, out);
}

}  // namespace

FaultVfs::FaultVfs() : below_(sqlite3_vfs_find(nullptr)), vfs_(*below_) {
  static int made = 0;
  name_ = "fault" + std::to_string(++made);
  // Randomness, time and errors stay the system's.
  vfs_.pNext = nullptr;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.szOsFile = static_cast<int>(sizeof(OpenFile)) + below_->szOsFile;
  vfs_.xOpen = openFile;
  vfs_.xDelete = deleteFile;
  vfs_.xAccess = accessFile;
  vfs_.xFullPathname = fullName;
  sqlite3_vfs_register(&vfs_, 0);
}

FaultVfs::~FaultVfs() { sqlite3_vfs_unregister(&vfs_); }

// One that is new here, but has contents, had another name before: it was synced, as far as is known.
void FaultVfs::opened(const std::string& path) {
  if (!tracksSyncs_) {
    return;
  }
  if (!files_.contains(path)) {
    files_[path].synced = textOf(path);
    files_[path].wasSynced = !files_[path].synced.empty();
  }
  if (File& file = files_[path]; file.isDeleted) {
    std::optional<std::string> previous;
    if (file.wasSynced) {
      previous = std::move(file.synced);
    }
    file = {};
    file.previous = std::move(previous);
  }
}

void FaultVfs::wrote(const std::string& path, Write write) {
  if (tracksSyncs_) {
    files_[path].unsynced.push_back(std::move(write));
  }
}

void FaultVfs::synced(const std::string& path, bool isFolder) {
  if (!tracksSyncs_) {
    return;
  }
  File& file = files_[path];
  for (const Write& write : file.unsynced) {
    apply(write, file.synced);
  }
  file.unsynced.clear();
  file.wasSynced = true;
  file.previous.reset();
  if (isFolder) {
    std::erase_if(files_, [](const auto& entry) { return entry.second.isDeleted; });
  }
}

void FaultVfs::deleted(const std::string& path, bool isFolder) {
  if (!tracksSyncs_) {
    return;
  }
  File& file = files_[path];
  file.unsynced.clear();
  file.isDeleted = true;
  if (isFolder) {
    std::erase_if(files_, [](const auto& entry) { return entry.second.isDeleted; });
  }
}

void FaultVfs::failAfter(std::uint64_t changes, int code) {
  left_ = changes;
  failures_ = std::numeric_limits<std::uint64_t>::max();
  code_ = code;
  hasFailed_ = false;
}

int FaultVfs::change() {
  if (onChange_) {
    onChange_();
  }
  if (code_ == SQLITE_OK || failures_ == 0) {
    return SQLITE_OK;
  }
  if (left_ > 0) {
    --left_;
    return SQLITE_OK;
  }
  --failures_;
  hasFailed_ = true;
  return code_;
}

void FaultVfs::cutPower(const std::string& folder, std::mt19937& random) const {
  constexpr std::uint32_t kAll = 4;
  for (const auto& [path, file] : files_) {
    const auto share =
        static_cast<std::uint32_t>(random() % (kAll + 1));  // of what was not synced, about so many fourths
    const auto isThere = [&] { return random() % kAll < share; };
    std::string content = file.synced;
    if (file.previous.has_value() && random() % 2 == 0) {
      content = *file.previous;
    } else if (file.isDeleted ? !file.wasSynced || random() % 2 == 0 : !file.wasSynced && !isThere()) {
      continue;
    } else {
      addUnsynced(file.unsynced, isThere, content);
    }
    const std::filesystem::path target = std::filesystem::path(folder) / std::filesystem::path(path).filename();
    std::ofstream(target, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
  }
}

}  // namespace millrace::test
