// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "kernel/agenda.hpp"
#include "models/core/meter/meter_node.hpp"
#include "models/core/parts/device.hpp"

namespace sim::run {

// A meter's optical port (115 200 bit/s, 8N1) with one probe head on it: octets of whoever holds it
// go to the meter frame by frame, and the meter's frames come back, each when its last octet and
// the idle time that ends a frame have passed.
class OpticalPort final : private models::SerialLineEnd, private kernel::Entity {
 public:
  using Holder = std::uint64_t;
  using Output = std::function<void(Holder, protocol::Bytes)>;

  // id, number: of its timers, the number below 2^30.
  OpticalPort(kernel::Agenda& agenda, models::MeterNode& meter, kernel::EntityId id,
              std::uint32_t number, Output output);

  void begin(Holder holder) { holder_ = holder; }
  void end(Holder holder) {
    if (holder_ == holder) holder_ = 0;
  }
  // From outside simulated time. Nobody but the last who put his head on is heard.
  void receive(Holder holder, protocol::Bytes octets);

 private:
  // In the number of a timer.
  enum : std::uint32_t { kFromMeter = 0x4000'0000u, kToMeter = 0x8000'0000u };
  bool transmit(kernel::TimeNs ready_ns, std::span<const std::uint8_t> frame) override;
  void silence() override { outgoing_.clear(); }
  void on_time(kernel::TimeNs now, std::uint32_t what) override;

  kernel::Agenda& agenda_;
  models::MeterNode& meter_;
  Output output_;
  kernel::Timer to_meter_;
  kernel::Timer from_meter_;
  Holder holder_ = 0;
  std::vector<std::uint8_t> incoming_;
  std::vector<std::uint8_t> outgoing_;
  kernel::TimeNs line_free_ns_ = 0;
};

}  // namespace sim::run
