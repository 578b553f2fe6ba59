// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "kernel/time.hpp"

namespace models {

// What a device sees of a serial line: it hands over frames and is told of those that arrive.
// The line itself, or an adapter in front of it, implements SerialLineEnd; the device
// SerialReceiver.
class SerialLineEnd {
 public:
  // Takes one frame that may start at ready_ns or later. False when the queue is full.
  virtual bool transmit(kernel::TimeNs ready_ns, std::span<const std::uint8_t> frame) = 0;
  // The sender lost its supply: what it was sending ends here, what it had queued is gone.
  virtual void silence() = 0;

 protected:
  ~SerialLineEnd() = default;
};

class SerialReceiver {
 public:
  // A frame as idle-line detection cut it.
  virtual void on_frame(kernel::TimeNs now, std::span<const std::uint8_t> frame) = 0;

 protected:
  ~SerialReceiver() = default;
};

}  // namespace models
