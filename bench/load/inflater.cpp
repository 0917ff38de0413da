#include "load/inflater.hpp"

#include <zlib.h>

#include <array>

namespace bench {
namespace {

constexpr int kGzipOnly = 15 + 16;  // zlib's way to say: the largest window, and a gzip header

}  // namespace

Inflater::Inflater() : stream_(std::make_unique<z_stream>()) {
  isBroken_ = inflateInit2(stream_.get(), kGzipOnly) != Z_OK;
}

Inflater::~Inflater() { inflateEnd(stream_.get()); }

void Inflater::give(std::string_view bytes) {
  // zlib does not write here; its type only forgot the const.
  stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream_->avail_in = static_cast<uInt>(bytes.size());
}

std::string_view Inflater::next() {
  static std::array<char, 64 * 1024> buffer;  // one thread, and nobody keeps a piece
  stream_->next_out = reinterpret_cast<Bytef*>(buffer.data());
  stream_->avail_out = buffer.size();
  const int result = ::inflate(stream_.get(), Z_SYNC_FLUSH);
  if (result != Z_OK && result != Z_BUF_ERROR && result != Z_STREAM_END)
    isBroken_ = true;
  return {buffer.data(), buffer.size() - stream_->avail_out};
}

}  // namespace bench
