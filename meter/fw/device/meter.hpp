// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/cosem/calendar_limits.hpp"
#include "meter/fw/display/display.hpp"
#include "meter/fw/fraud/fraud.hpp"
#include "meter/fw/quality/variations.hpp"
#include "meter/fw/wires/port.hpp"
#include "meter/fw/wires/power_line.hpp"

namespace meter::fw {

// Memory behind a Meter on a platform with a power line modem: the others do not pay for it.
inline constexpr std::size_t kPowerLineOctets = sizeof(PowerLine);

// Buffers of the platform, lent for long transfers.
class PoolMemory final : public protocol::dlms::JoinMemory {
 public:
  explicit PoolMemory(const Hal& hal) : hal_(hal) {}
  MutableBytes take() override { return hal_.buffer_take(); }
  void give(MutableBytes memory) override { hal_.buffer_give(memory); }

 private:
  const Hal& hal_;
};

// Long SET and ACTION. The longest value is the table of all day profiles of a calendar; a buffer
// of the platform's pool takes it, so that a meter that is not being programmed keeps no room.
struct LongValues {
  static constexpr std::size_t kOctets = METER_BUFFER_BYTES;
  static_assert(kMaxDayTableOctets <= kOctets);

  explicit LongValues(const Hal& hal) : memory(hal), join(memory, kOctets) {}
  LongValues(const LongValues&) = delete;
  LongValues& operator=(const LongValues&) = delete;

  PoolMemory memory;
  protocol::dlms::JoinBuffer join;
};

// One meter. Everything it knows is in here, in `retained` and in flash.
class Meter {
 public:
  Meter(const meter_hal* hal, std::uint8_t n_elements);
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  bool provision(const meter_provision& provision);
  bool calibrate(meter_calibration_step step, const meter_sums& sums,
                 const meter_reference& reference);
  void boot(meter_boot_reason reason);

  void on_alarm();
  void on_rtc();
  void on_uart(meter_uart uart, Bytes octets);
  void on_sums(const meter_sums& sums, std::uint32_t count);
  void on_samples(const meter_window& window);
  void on_power(meter_power_state state);
  // Asleep nothing is driven: the next start looks at the contact.
  void on_relay(bool closed) {
    if (!display_.is_asleep()) relay_.on_contact(core_, deadlines_, closed);
  }
  void on_plc(const meter_plc_frame& frame);
  void on_plc_beacon(const meter_plc_beacon* beacon);
  void on_input(meter_input input, bool level);
  void on_display();
  // Empty behind the last part.
  MutableBytes checked_memory(std::uint32_t part);

 private:
  void open_parameters();
  void note_boot(meter_boot_reason reason);
  void note_revision(meter_boot_reason reason);
  void open_power_line();
  void fall_asleep();
  bool read_window(const meter_sums& sums, std::uint32_t count);
  void register_reading(const meter_sums& sums, std::uint32_t count);
  // After whatever may have served a client or written an event.
  void follow_up();

  Core core_;
  Schedule schedule_;
  Relay relay_;
  // What it does by itself: looks at values as they come, does what a client once told it to.
  struct OwnWork {
    Limits limits;
    Variations variations;
    Upgrade upgrade;
  };
  OwnWork own_;
  Deadlines deadlines_;
  HalCrypto crypto_;
  std::array<InvocationCounter, kKeySets> counters_;
  CosemServer server_;
  // What goes out unasked.
  struct Unasked {
    Push rows;
    Alarms alarms;
  };
  Unasked unasked_;
  LongValues long_values_{core_.hal};
  Port rs485_;
  Port optical_;
  Display display_;
  PowerLine* power_line_ = nullptr;  // in the memory behind this, where it is fitted
  bool parameters_open_ = false;
};

}  // namespace meter::fw
