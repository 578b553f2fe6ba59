// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "kernel/time.hpp"
#include "meter/hal/meter_hal.h"
#include "models/core/parts/device.hpp"

namespace models {

// How long the meter's CPU is busy with one piece of protocol work: the instructions of the target
// image, which tests/target counts and holds this table against, and what an instruction count does
// not see. 50 to 200 ms from request to reply, as meters in the field need, decide what a line or a
// power line can carry.
struct ServiceTime {
  kernel::TimeNs base_ns;
  kernel::TimeNs per_unit_ns;  // unit: octet; row, entry of a list of objects
};
using ServiceTimes = std::array<ServiceTime, METER_WORKS>;

// A Cortex-M4F of the kind in metering chips: 48 MHz, flash with one to two wait states behind a
// prefetch buffer. Most instructions take one cycle, loads two, taken branches three (Arm 100166,
// 3.3), so 1.3 cycles an instruction with the waits.
inline constexpr std::int64_t kMeterClock_hz = 48'000'000;
inline constexpr std::int64_t kCyclesPer100Instructions = 130;

constexpr kernel::TimeNs cpu_ns(std::int64_t instructions) {
  return instructions * kCyclesPer100Instructions * 10'000'000 / kMeterClock_hz;
}

// Instructions by kind of work. From tests/target/instruction_budget.txt, model AD11A; the test
// `target_budget` says which of its lines make which number and allows a tenth.
struct WorkInstructions {
  std::int64_t base;
  std::int64_t per_100_units;
};
inline constexpr std::array<WorkInstructions, METER_WORKS> kWorkInstructions = {{
    {1'215, 450},  // FRAME: half of a poll and its answer
    {6'500, 0},    // ASSOCIATE
    {3'302, 0},    // GET: what is long in an answer is rows or a list, charged by their number
    {21'072, 0},   // SET, with one record to flash and its journal entry
    {19'744, 0},   // ACTION, the same
    {0, 382'400},  // PROFILE_ROW: a row of nine columns read, checked and encoded
    {1'501, 0},    // CRYPTO: all but the cipher itself
    {0, 491'000},  // LIST_ENTRY
}};

// What else a reply waits for. Assumptions, not measurements: the range is the field's.
//  - The interrupt at idle line, the change of tasks and the driver's turn-round: 1 ms a frame.
//  - The COSEM application runs last, behind metrology, display, tariffs and self-test, in a loop
//    of 20 ms: a request is taken up in one pass and answered in the next; an association needs
//    one more, for keys from protected memory.
//  - Serial NOR flash: 3 ms for the longest page program of a record; 2 us an octet to read a row
//    of 48 octets.
//  - AES-GCM without a crypto block: a call waits 10 ms for the task that owns the keys, expands
//    the key and the table of GHASH in 20 000 cycles, and takes 500 cycles an octet.
inline constexpr kernel::TimeNs kLoop_ns = 20 * kernel::kNsPerMs;
inline constexpr kernel::TimeNs kRecord_ns = 3 * kernel::kNsPerMs;
constexpr kernel::TimeNs cycles_ns(std::int64_t cycles) {
  return cycles * 1'000'000'000 / kMeterClock_hz;
}
inline constexpr ServiceTimes kAssumedWaits = {{
    {1 * kernel::kNsPerMs, 0},                                    // FRAME
    {3 * kLoop_ns, 0},                                            // ASSOCIATE
    {2 * kLoop_ns, 0},                                            // GET
    {2 * kLoop_ns + kRecord_ns, 0},                               // SET
    {2 * kLoop_ns + kRecord_ns, 0},                               // ACTION
    {0, 48 * 2 * kernel::kNsPerUs},                               // PROFILE_ROW
    {10 * kernel::kNsPerMs + cycles_ns(20'000), cycles_ns(500)},  // CRYPTO
    {0, 0},                                                       // LIST_ENTRY
}};

// The counted instructions, and the assumed waits times a factor.
constexpr ServiceTimes service_times(double assumed_factor) {
  const auto assumed = [&](kernel::TimeNs wait_ns) {
    return static_cast<kernel::TimeNs>(static_cast<double>(wait_ns) * assumed_factor + 0.5);
  };
  ServiceTimes times{};
  for (std::size_t k = 0; k < times.size(); ++k) {
    const WorkInstructions& work = kWorkInstructions[k];
    times[k].base_ns = assumed(kAssumedWaits[k].base_ns) + cpu_ns(work.base);
    times[k].per_unit_ns = assumed(kAssumedWaits[k].per_unit_ns) + cpu_ns(work.per_100_units) / 100;
  }
  return times;
}
inline constexpr ServiceTimes kServiceTimes = service_times(1);

constexpr kernel::TimeNs service_time(const ServiceTimes& times, meter_work kind,
                                      std::uint32_t units) {
  const ServiceTime& entry = times[static_cast<std::size_t>(kind)];
  return entry.base_ns + entry.per_unit_ns * static_cast<kernel::TimeNs>(units);
}

// How long the processor is busy with what the firmware says it does.
class CpuBlock {
 public:
  CpuBlock(DeviceLife& life, const McuClock& clock, const ServiceTimes& times)
      : life_(life), clock_(clock), times_(times) {}

  // ---- hal: cpu ----
  void work(meter_work kind, std::uint32_t units) {
    if (kind >= METER_WORKS) {
      life_.refuse();
      return;
    }
    free_ns_ = free_at() + service_time(times_, kind, units);
  }
  // Rounded up: not a microsecond before the work is done.
  std::int64_t done_us() const {
    const Oscillator& uptime = clock_.oscillator();
    const kernel::TimeNs done = free_at();
    const std::int64_t count = uptime.count_at(done);
    return uptime.time_of(count) < done ? count + 1 : count;
  }

  void restart() { free_ns_ = life_.now(); }
  // When the work declared so far is done.
  kernel::TimeNs free_at() const { return std::max(free_ns_, life_.now()); }

 private:
  DeviceLife& life_;
  const McuClock& clock_;
  const ServiceTimes times_;
  kernel::TimeNs free_ns_ = 0;
};

}  // namespace models
