#include "io/net/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <utility>

namespace millrace {
namespace {

constexpr std::size_t kStoredHead = 5;  // and a stored block holds at most 65,535 bytes

// 256 KB, made when a thread compresses its first event.
class Deflater {
 public:
  Deflater() {
    constexpr int kRawWindow = -15;  // without zlib's own frame
    constexpr int kMemoryLevel = 8;
    deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kRawWindow, kMemoryLevel, Z_DEFAULT_STRATEGY);
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  Deflater(Deflater&&) = delete;
  Deflater& operator=(Deflater&&) = delete;

  // In a clean state.
  z_stream& stream() {
    deflateReset(&stream_);
    return stream_;
  }

 private:
  z_stream stream_{};
};

Bytef* bytesOf(std::string_view text) { return std::bit_cast<Bytef*>(text.data()); }

void appendLittleEndian(std::uint32_t value, std::size_t bytes, std::string& out) {
  for (std::size_t byte = 0; byte < bytes; ++byte) {
    out.push_back(static_cast<char>((value >> (8U * byte)) & 0xFFU));
  }
}

}  // namespace

void deflateOnce(DeflateJob& job) {
  thread_local Deflater deflater;
  z_stream& stream = deflater.stream();
  job.crc32 = static_cast<std::uint32_t>(::crc32_z(0, bytesOf(job.plain), job.plain.size()));
  job.deflated.resize(job.plain.size() + kStoredHead);
  stream.next_in = bytesOf(job.plain);
  stream.avail_in = static_cast<uInt>(job.plain.size());
  stream.next_out = bytesOf(job.deflated);
  stream.avail_out = static_cast<uInt>(job.deflated.size());
  const int outcome = ::deflate(&stream, Z_SYNC_FLUSH);
  const bool isSmaller = outcome == Z_OK && stream.avail_in == 0 && stream.avail_out > 0;
  job.deflated.resize(isSmaller ? job.deflated.size() - stream.avail_out : 0);
}

void GzipStream::append(const Spans& spans, std::size_t first) {
  for (std::size_t at = first; at < spans.bytes.size(); ++at) {
    const std::string_view plain = spans.bytes[at];
    const Deflated& deflated = spans.deflated[at];
    if (deflated.bytes.empty()) {
      appendStored(plain);
      continue;
    }
    begin();
    pending_.append(deflated.bytes);
    crc32_ = static_cast<std::uint32_t>(::crc32_combine(crc32_, deflated.crc32, static_cast<z_off_t>(plain.size())));
    size_ += static_cast<std::uint32_t>(plain.size());
  }
}

void GzipStream::appendStored(std::string_view plain) {
  constexpr std::size_t kMost = 65535;
  begin();
  crc32_ = static_cast<std::uint32_t>(::crc32_z(crc32_, bytesOf(plain), plain.size()));
  size_ += static_cast<std::uint32_t>(plain.size());
  for (; !plain.empty(); plain.remove_prefix(std::min(plain.size(), kMost))) {
    const auto size = static_cast<std::uint32_t>(std::min(plain.size(), kMost));
    pending_.push_back('\0');  // not the last, stored (RFC 1951, 3.2.4)
    appendLittleEndian(size, 2, pending_);
    appendLittleEndian(~size, 2, pending_);
    pending_.append(plain.substr(0, size));
  }
}

void GzipStream::begin() {
  constexpr std::string_view kHead{"\x1f\x8b\x08\0\0\0\0\0\0\x03", 10};  // deflated, no name or time, Unix
  if (!std::exchange(hasBegun_, true)) {
    pending_.append(kHead);
  }
}

void GzipStream::finish() {
  if (std::exchange(isFinished_, true)) {
    return;
  }
  begin();
  pending_.append("\x03\0", 2);  // the last block, empty
  appendLittleEndian(crc32_, 4, pending_);
  appendLittleEndian(size_, 4, pending_);
}

void GzipStream::taken(std::size_t bytes) {
  taken_ += bytes;
  if (taken_ == pending_.size()) {
    pending_ = {};  // most connections idle most of the time
    taken_ = 0;
  }
}

}  // namespace millrace
