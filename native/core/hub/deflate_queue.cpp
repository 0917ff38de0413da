#include "core/hub/deflate_queue.hpp"

#include "core/hub/registry.hpp"
#include "core/hub/sequence.hpp"

#include <algorithm>

namespace millrace {
namespace {

bool isToBeDeflated(const Channel& channel) {
  return channel.members.areCompressed() && channel.log.deflatedEnd() < channel.log.end();
}

}  // namespace

void DeflateQueue::add(Channel& channel) {
  if (!channel.isInDeflateQueue && isToBeDeflated(channel)) {
    channel.isInDeflateQueue = true;
    channels_.push_back(&channel);
  }
}

void DeflateQueue::tidy() {
  std::erase_if(channels_, [](Channel* channel) {
    channel->isInDeflateQueue = isToBeDeflated(*channel);
    return !channel->isInDeflateQueue;
  });
}

std::vector<DeflateJob> DeflateQueue::jobs(std::size_t limit, std::uint64_t through) {
  tidy();
  std::vector<DeflateJob> jobs;
  for (const Channel* const channel : channels_) {
    const Cursor end = channel->log.after(through);
    for (Cursor at = channel->log.deflatedEnd(); at < end && jobs.size() < limit; ++at.next) {
      DeflateJob& job = jobs.emplace_back();
      job.channel = channel->key;
      job.cursor = at;
      job.plain = channel->log.at(at).bytes;
      job.pin.pin(channel->log.segmentOf(at));
    }
  }
  return jobs;
}

// Another thread may have done the same meanwhile, or the log may have lost it.
void DeflateQueue::finish(const DeflateJob& job) {
  Channel* const channel = registry_.findChannel(job.channel);
  const bool isNext = channel != nullptr && channel->members.areCompressed() &&
                      channel->log.deflatedEnd() == job.cursor && job.cursor < channel->log.end();
  if (isNext && channel->log.at(job.cursor).bytes.data() == job.plain.data()) {
    channel->log.addDeflated({job.deflated, job.crc32});
  }
}

std::uint64_t DeflateQueue::newest() const { return sequence_.newest(); }

std::uint64_t DeflateQueue::readableThrough() const {
  std::uint64_t through = kEverySequence;
  for (const Channel* const channel : channels_) {
    if (isToBeDeflated(*channel)) {
      through = std::min(through, channel->log.at(channel->log.deflatedEnd()).sequence - 1);
    }
  }
  return through;
}

}  // namespace millrace
