// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

#include "models/core/meter/service_times.hpp"
#include "models/core/meter/upcall_gate.hpp"
#include "models/core/parts/device.hpp"

namespace models {

// The serial ports. What goes out waits by itself for the work declared before it.
class UartBlock {
 public:
  UartBlock(DeviceLife& life, const CpuBlock& cpu, UpcallGate& gate) : life_(life), cpu_(cpu) {
    for (unsigned port = 0; port < METER_UARTS; ++port) {
      receivers_[port].life_ = &life;
      receivers_[port].gate_ = &gate;
      receivers_[port].port_ = static_cast<meter_uart>(port);
    }
  }

  // ---- hal: uarts ----
  bool send(meter_uart port, std::span<const std::uint8_t> frame) {
    if (port >= METER_UARTS) return life_.refuse();
    if (!life_.alive() || lines_[port] == nullptr) return true;  // into the void
    if (port == METER_UART_OPTICAL && optical_lent_) return true;
    return lines_[port]->transmit(cpu_.free_at(), frame);
  }

  // What the lines of this house cannot follow is refused: another rate, or octets one by one.
  bool configure(meter_uart port, const meter_uart_line* line) {
    if (port >= METER_UARTS || line == nullptr) return life_.refuse();
    const std::uint32_t baud = port == METER_UART_RS485 ? 19'200 : 115'200;  // data sheet
    return lines_[port] != nullptr && line->baud == baud && line->data_bits == 8 &&
           line->parity == METER_PARITY_NONE && line->stop_bits == 1 &&
           line->mode == METER_UART_FRAMES;
  }

  void attach(meter_uart port, SerialLineEnd& line) { lines_[port] = &line; }
  // A bit of the next frame on RS-485, of however many it has.
  void damage_next(std::uint64_t bit) { receivers_[METER_UART_RS485].damage_ = bit | kDamaged; }
  // Its transmitter is somebody else's.
  void lend_optical(bool lent) { optical_lent_ = lent; }
  SerialReceiver& receiver(meter_uart port) { return receivers_[port]; }
  void silence() {
    for (SerialLineEnd* line : lines_) {
      if (line != nullptr) line->silence();
    }
  }

 private:
  static constexpr std::uint64_t kDamaged = std::uint64_t{1} << 63;
  class Receiver final : public SerialReceiver {
   public:
    void on_frame(kernel::TimeNs, std::span<const std::uint8_t> frame) override {
      if (life_->asleep) return;
      if (damage_ != 0) return damaged(frame);
      gate_->upcall("on_uart", &meter_firmware::on_uart, port_, frame.data(),
                    static_cast<std::uint32_t>(frame.size()));
    }

   private:
    friend class UartBlock;
    void damaged(std::span<const std::uint8_t> frame) {
      std::vector<std::uint8_t> octets(frame.begin(), frame.end());
      const std::uint64_t bit = (damage_ & ~kDamaged) % (8 * octets.size());
      damage_ = 0;
      octets[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
      on_frame(0, octets);
    }
    std::uint64_t damage_ = 0;
    const DeviceLife* life_ = nullptr;
    UpcallGate* gate_ = nullptr;
    meter_uart port_ = METER_UART_RS485;
  };

  DeviceLife& life_;
  const CpuBlock& cpu_;
  std::array<SerialLineEnd*, METER_UARTS> lines_{};
  std::array<Receiver, METER_UARTS> receivers_;
  bool optical_lent_ = false;
};

}  // namespace models
