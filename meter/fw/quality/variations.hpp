// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/core/core.hpp"

namespace meter::fw {

// Sags and swells of the voltage by Urms(1/2), IEC 61000-4-30 class S: the rms value of one cycle,
// anew every half cycle. One begins with the first such cycle beyond its threshold and ends with
// the first one back inside by the hysteresis; its magnitude is that of the cycle farthest beyond.
// Each phase is one for itself. While the supply fails nothing is told, as flash may have to be
// erased: what ended then is told with the first window behind it.
class Variations {
 public:
  // A window that the front end delivered as sums: its half cycles where it has them, else one
  // voltage for all of it and of its repeats. `core.reading` is this window's.
  void take_sums(Core& core, const meter_sums& sums, std::uint32_t count);
  void take_samples(Core& core, const meter_window& window);

  // For the mean voltage: `core.reading` holds for so many windows; the interval ends.
  static void add_to_mean(Core& core, std::uint32_t count);
  static void close_mean(Core& core);

  // The supply was off since then: at the start.
  static void note_outage(Core& core, std::int64_t since_utc_s);

 private:
  enum class State : std::uint8_t { normal, sag, swell };
  struct Line {
    double before_v2 = -1.0;  // of the half cycle before; negative: there is none
    std::int64_t lasted_us = 0;
    float extreme_v2 = 0.0F;
    State state = State::normal;
    bool told = false;
    // One that ended while the supply failed; normal: none did.
    State waiting = State::normal;
    bool waiting_told = false;
    QualityRecord::Last ended;
  };

  void take_half_cycle(Core& core, std::uint32_t element, double v2, std::int64_t length_us);
  void take_cycle(Core& core, std::uint32_t element, double v2, std::int64_t length_us);
  void tell_waiting(Core& core);
  void end(Core& core, std::uint32_t element);
  static void tell_begin(Core& core, std::uint32_t element, State kind);
  static void tell_end(Core& core, std::uint32_t element, State kind,
                       const QualityRecord::Last& ended);

  std::array<Line, kMaxElements> lines_{};
};

}  // namespace meter::fw
