// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernel/agenda.hpp"
#include "models/core/parts/flash.hpp"

namespace models {

// What all parts of one device must know of it.
struct DeviceLife {
  kernel::Agenda& agenda;
  const Flash& flash;
  bool running = false;             // the firmware lives; on the production line it does not
  std::uint32_t bad_downcalls = 0;  // arguments no hardware would accept

  kernel::TimeNs now() const { return agenda.now(); }
  // An injected cut of the flash takes the whole device down with it.
  bool alive() const { return running && !flash.power_cut(); }
  bool refuse() {
    ++bad_downcalls;
    return false;
  }
};

}  // namespace models
