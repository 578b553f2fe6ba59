// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/port/cortex_m4/mmio.hpp"
#include "meter/port/cortex_m4/wire.hpp"

namespace meter::port {

// CMSDK APB UART (Arm DDI 0479, chapter 4). Polled; the receive interrupt only ends the core's
// sleep, its handler never runs.
class Uart {
 public:
  Uart(std::uint32_t base, std::uint32_t irq) : base_(base), irq_(irq) {}

  void start();
  std::uint8_t receive();
  void send(protocol::Bytes octets);

 private:
  volatile std::uint32_t& reg(std::uint32_t offset) { return mmio(base_ + offset); }

  std::uint32_t base_;
  std::uint32_t irq_;
};

// Framed messages over one UART. A damaged frame cannot be asked for again, as the host waits in
// lockstep: it is counted and skipped, and the host's own time limit ends the run.
class Link {
 public:
  Link(std::uint32_t base, std::uint32_t irq) : uart_(base, irq) {}

  void start() { uart_.start(); }

  // A frame in pieces, so that no message is copied together first.
  void begin(Kind kind, std::size_t payload_octets);
  void put(Bytes octets);
  void put_u8(std::uint8_t value) { put({&value, 1}); }
  void put_u32(std::uint32_t value);
  void put_u64(std::uint64_t value);
  void end();

  // The next whole frame, which then stands in `memory`, its payload in the middle.
  Kind receive(MutableBytes memory, Bytes& payload);
  std::uint32_t bad_frames() const { return bad_frames_; }

 private:
  void receive_octets(MutableBytes memory);

  Uart uart_;
  std::uint16_t fcs_ = 0;
  std::uint32_t bad_frames_ = 0;
};

}  // namespace meter::port
