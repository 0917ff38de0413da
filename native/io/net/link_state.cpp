#include "io/net/link_state.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <chrono>

namespace millrace {

LinkState readLinkState(int descriptor) {
  tcp_info info{};
  socklen_t size = sizeof(info);
  if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) {
    return {};
  }
  const auto millis = [](std::uint32_t micros) {
    return std::chrono::duration_cast<Millis>(std::chrono::microseconds(micros));
  };
  LinkState link;
  link.unacknowledged = info.tcpi_unacked;
  link.unanswered = info.tcpi_retransmits;
  link.retransmitted = info.tcpi_total_retrans;
  link.sinceAcknowledgement = Millis(info.tcpi_last_ack_recv);
  link.roundTrip = millis(info.tcpi_rtt);
  link.variation = millis(info.tcpi_rttvar);
  return link;
}

}  // namespace millrace
