// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <systemc>

#include "kernel/time.hpp"

namespace models::sc {

// A device's way onto the line.
struct LineEndIf : virtual sc_core::sc_interface {
  virtual bool transmit(kernel::TimeNs ready_ns, std::span<const std::uint8_t> frame) = 0;
  virtual void silence() = 0;
};

// The line's way to a device.
struct ReceiverIf : virtual sc_core::sc_interface {
  virtual void receive(std::span<const std::uint8_t> frame) = 0;
};

// A module's way to its modem's cell: brings the fleet's agenda to the present.
struct FleetIf : virtual sc_core::sc_interface {
  virtual void enter_fleet() = 0;
};

// A device's way to its power line modem: brings the medium's agenda to the present.
struct PlcLineIf : virtual sc_core::sc_interface {
  virtual void enter_line() = 0;
};

}  // namespace models::sc
