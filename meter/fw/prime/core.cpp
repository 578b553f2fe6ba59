// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/prime/core.hpp"

namespace meter::fw::prime {

using namespace protocol::prime;

std::int64_t Core::now_us() const { return modem.now_us(); }

std::int64_t Core::random_us(std::int64_t below_us) const {
  return static_cast<std::int64_t>(owner.random() % static_cast<std::uint32_t>(below_us));
}

bool Core::push_control(ControlType type, bool down, std::uint8_t to_sid, std::uint16_t to_lnid,
                        Bytes payload) {
  Packet packet;
  packet.priority = kControlPriority;
  packet.control = true;
  packet.lcid = static_cast<std::uint16_t>(type);
  packet.sid = to_sid;
  packet.lnid = to_lnid;
  packet.payload = payload;
  std::array<std::uint8_t, kMaxFrameOctets> mpdu;
  protocol::Writer out(mpdu);
  FrameOptions options;
  options.priority = kControlPriority;
  const bool pushed = encode_gpdu({down, static_cast<std::uint8_t>(down ? level + 1 : level)},
                                  packet, network, out) &&
                      transmitter.push(out.written(), options);
  if (pushed) ++counters.tx_control;
  return pushed;
}

void Core::deliver(Bytes sdu, bool broadcast) {
  const auto lpdu = decode_lpdu(sdu);
  if (!lpdu) {
    ++counters.malformed;
    return;
  }
  owner.on_data(lpdu->d_lsap, lpdu->s_lsap, lpdu->lsdu, broadcast);
}

}  // namespace meter::fw::prime
