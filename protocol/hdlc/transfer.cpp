// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hdlc/transfer.hpp"

#include <algorithm>

namespace protocol::hdlc {

void Sender::reset(std::uint16_t max_information, std::uint8_t window) {
  PROTOCOL_ASSERT(max_information > 0 && window > 0 && window < 8);
  *this = Sender{};
  max_information_ = max_information;
  window_ = window;
}

void Sender::load(Bytes llc_and_apdu) {
  octets_ = llc_and_apdu;
  acknowledged_ = sent_ = highest_ = 0;
}

unsigned Sender::segments() const {
  return static_cast<unsigned>((octets_.size() + max_information_ - 1) / max_information_);
}

bool Sender::acknowledge(std::uint8_t nr) {
  const unsigned newly = (nr - oldest_) & 7u;
  if (newly > highest_ - acknowledged_) return false;
  acknowledged_ += newly;
  sent_ = std::max(sent_, acknowledged_);
  oldest_ = next_sequence(oldest_, newly);
  return true;
}

bool Sender::can_send() const { return sent_ < segments() && sent_ - acknowledged_ < window_; }

Sender::Segment Sender::next() {
  PROTOCOL_ASSERT(can_send());
  const std::size_t offset = static_cast<std::size_t>(sent_) * max_information_;
  const std::size_t length = std::min<std::size_t>(max_information_, octets_.size() - offset);
  Segment segment;
  segment.information = octets_.subspan(offset, length);
  segment.ns = next_sequence(oldest_, sent_ - acknowledged_);
  segment.more = offset + length < octets_.size();
  segment.again = sent_ < highest_;
  ++sent_;
  highest_ = std::max(highest_, sent_);
  return segment;
}

}  // namespace protocol::hdlc
