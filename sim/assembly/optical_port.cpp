// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/assembly/optical_port.hpp"

#include <algorithm>
#include <utility>

namespace sim::run {
namespace {

constexpr kernel::TimeNs kOctetNs =
    10 * kernel::kNsPerSecond / 115'200;  // data sheet, 10 bits an octet
constexpr kernel::TimeNs kIdleNs = 2 * kernel::kNsPerMs;
constexpr std::uint8_t kFlag = 0x7E;
constexpr std::size_t kMaxPending = 4096;

}  // namespace

OpticalPort::OpticalPort(kernel::Agenda& agenda, models::MeterNode& meter, kernel::EntityId id,
                         std::uint32_t number, Output output)
    : agenda_(agenda),
      meter_(meter),
      output_(std::move(output)),
      to_meter_(agenda, *this, id, kToMeter | number),
      from_meter_(agenda, *this, id, kFromMeter | number) {
  meter.board().uarts.attach(METER_UART_OPTICAL, *this);
}

void OpticalPort::receive(Holder holder, protocol::Bytes octets) {
  if (holder != holder_) return;
  incoming_.insert(incoming_.end(), octets.begin(), octets.end());
  if (incoming_.size() > kMaxPending) incoming_.clear();
  // TCP may cut anywhere; a serial line is idle after a frame, not inside it.
  if (!incoming_.empty() && incoming_.back() == kFlag) {
    to_meter_.arm(agenda_.now() + static_cast<kernel::TimeNs>(incoming_.size()) * kOctetNs +
                  kIdleNs);
  }
}

bool OpticalPort::transmit(kernel::TimeNs ready_ns, std::span<const std::uint8_t> frame) {
  const kernel::TimeNs start = std::max({ready_ns, agenda_.now(), line_free_ns_});
  line_free_ns_ = start + static_cast<kernel::TimeNs>(frame.size()) * kOctetNs + kIdleNs;
  outgoing_.insert(outgoing_.end(), frame.begin(), frame.end());
  from_meter_.arm(line_free_ns_);
  return true;
}

void OpticalPort::on_time(kernel::TimeNs now, std::uint32_t what) {
  if ((what & kToMeter) != 0) {
    const std::vector<std::uint8_t> frames = std::exchange(incoming_, {});
    meter_.board().uarts.receiver(METER_UART_OPTICAL).on_frame(now, frames);
  } else if (const std::vector<std::uint8_t> frames = std::exchange(outgoing_, {}); holder_ != 0) {
    output_(holder_, frames);
  }
}

}  // namespace sim::run
