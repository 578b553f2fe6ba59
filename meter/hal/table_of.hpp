// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/hal/meter_hal.h"
#include "meter/hal/shapes.hpp"

// Every downcall of meter_hal.h once, with the shapes of its arguments. From this list come the
// tables of all platforms, the messages between the target image and its host, and what law 1
// writes down and compares.
namespace meter::hal {

// A peripheral: `name` in struct meter_hal and on a board, struct meter_`name`.
#define METER_PERIPHERAL(name)                                       \
  using Table = meter_##name;                                        \
  static constexpr auto kMember = &meter_hal::name;                  \
  static constexpr const char* kName = #name;                        \
  template <typename Board>                                          \
  static constexpr auto part(Board& board)->decltype((board.name)) { \
    return board.name;                                               \
  }
#define METER_CALL(call, ...)                          \
  struct call {                                        \
    using Shape = Shapes<__VA_ARGS__>;                 \
    static constexpr auto kMember = &Table::call;      \
    static constexpr const char* kName = #call;        \
    template <typename Part>                           \
    static constexpr bool kIn = requires {             \
      &Part::call;                                     \
    };                                                 \
    template <typename Part, typename... A>            \
    static constexpr auto invoke(Part& part, A... a) { \
      return part.call(a...);                          \
    }                                                  \
  }

struct ClockCalls {
  METER_PERIPHERAL(clock)
  METER_CALL(uptime_us);
  METER_CALL(alarm_us, Value);
  using Calls = List<uptime_us, alarm_us>;
};
struct RtcCalls {
  METER_PERIPHERAL(rtc)
  METER_CALL(ticks);
  METER_CALL(set, Value);
  METER_CALL(match, Value);
  METER_CALL(lost);
  METER_CALL(trim, Value);
  using Calls = List<ticks, set, match, lost, trim>;
};
struct FlashCalls {
  METER_PERIPHERAL(flash)
  METER_CALL(read, Value, OutArray);
  METER_CALL(write, Value, InArray);
  METER_CALL(erase, Value);
  using Calls = List<read, write, erase>;
};
struct UartCalls {
  METER_PERIPHERAL(uarts)
  METER_CALL(send, Value, InArray);
  METER_CALL(configure, Value, InStruct);
  METER_CALL(stand, Value, InArray, InArray);
  using Calls = List<send, configure, stand>;
};
struct CpuCalls {
  METER_PERIPHERAL(cpu)
  METER_CALL(work, Value, Value);
  METER_CALL(done_us);
  using Calls = List<work, done_us>;
};
struct BufferCalls {
  METER_PERIPHERAL(buffers)
  METER_CALL(take);
  METER_CALL(give, Value);
  using Calls = List<take, give>;
};
struct RelayCalls {
  METER_PERIPHERAL(relay)
  METER_CALL(drive, Flag);
  METER_CALL(closed);
  using Calls = List<drive, closed>;
};
struct PulseCalls {
  METER_PERIPHERAL(pulses)
  METER_CALL(emit, Value, Value, Value);
  METER_CALL(lay, Value, Value, Value, Value);
  METER_CALL(repeat, Value);
  using Calls = List<emit, lay, repeat>;
};
struct CryptoCalls {
  METER_PERIPHERAL(crypto)
  // The authentication key stands in the additional data (Green Book 9.2.3.3.7).
  METER_CALL(gcm_seal, Secret<In<16>>, In<12>, Marked<InArray>, Secret<InArray>, OutLike<0>,
             Out<12>);
  METER_CALL(gcm_open, Secret<In<16>>, In<12>, Marked<InArray>, Secret<InArray>, Secret<In<12>>,
             OutLike<0>);
  METER_CALL(key_unwrap, Secret<In<16>>, Secret<InArray>, OutLike<8>);
  METER_CALL(random, OutArray);
  using Calls = List<gcm_seal, gcm_open, key_unwrap, random>;
};
struct PlcCalls {
  METER_PERIPHERAL(plc)
  METER_CALL(send, InArray, Value, Value);
  METER_CALL(busy);
  METER_CALL(filter, InArray);
  METER_CALL(search, Flag);
  METER_CALL(heard, OutArray);
  METER_CALL(watch, InStruct);
  METER_CALL(frame_time, OutValue, OutValue);
  METER_CALL(beacon, InStruct);
  using Calls = List<send, busy, filter, search, heard, watch, frame_time, beacon>;
};

struct ThermometerCalls {
  METER_PERIPHERAL(thermometer)
  METER_CALL(centi_celsius);
  using Calls = List<centi_celsius>;
};
struct BatteryCalls {
  METER_PERIPHERAL(battery)
  METER_CALL(voltage_mv);
  using Calls = List<voltage_mv>;
};
struct InputCalls {
  METER_PERIPHERAL(inputs)
  METER_CALL(fitted);
  METER_CALL(levels);
  using Calls = List<fitted, levels>;
};
struct DisplayCalls {
  METER_PERIPHERAL(display)
  METER_CALL(write, Value, InArray);
  METER_CALL(backlight, Flag);
  using Calls = List<write, backlight>;
};
struct ModuleCalls {
  METER_PERIPHERAL(module)
  METER_CALL(present);
  METER_CALL(asset_id, Out<METER_MODULE_ASSET_BYTES>);
  METER_CALL(led, Value, Value);
  using Calls = List<present, asset_id, led>;
};
struct ImageCalls {
  METER_PERIPHERAL(images)
  METER_CALL(slots);
  METER_CALL(slot_bytes);
  METER_CALL(erase, Value);
  METER_CALL(write, Value, Value, InArray);
  METER_CALL(read, Value, Value, OutArray);
  METER_CALL(verify, Value, Value);
  METER_CALL(activate, Value);
  METER_CALL(confirm);
  using Calls = List<slots, slot_bytes, erase, write, read, verify, activate, confirm>;
};
struct SampleCalls {
  METER_PERIPHERAL(samples)
  METER_CALL(read, Value, Value, OutArray);
  using Calls = List<read>;
};
struct ProgramCalls {
  METER_PERIPHERAL(program)
  METER_CALL(octets);
  METER_CALL(read, Value, OutArray);
  using Calls = List<octets, read>;
};

#undef METER_PERIPHERAL
#undef METER_CALL

// Their order numbers them on the wire.
using Peripherals =
    List<ClockCalls, RtcCalls, FlashCalls, UartCalls, CpuCalls, BufferCalls, RelayCalls, PulseCalls,
         CryptoCalls, PlcCalls, ThermometerCalls, BatteryCalls, InputCalls, DisplayCalls,
         ModuleCalls, ImageCalls, SampleCalls, ProgramCalls>;

// The table of a board: what it has no member for is not fitted, what the member has no method for
// it cannot. The board outlives the table, and says by itself what is there and yet not fitted.
template <typename Board, typename... Peripheral>
constexpr meter_hal table_of(Board& board, List<Peripheral...>) {
  meter_hal hal{};
  hal.version = METER_HAL_VERSION;
  hal.size = sizeof(meter_hal);
  hal.context = &board;
  const auto fill = [&hal]<typename P>(P) {
    if constexpr (requires(Board & some) { P::part(some); }) {
      hal.*P::kMember = &kTable<OnBoard<Board>, P>;
    }
  };
  (fill(Peripheral{}), ...);
  return hal;
}
template <typename Board>
constexpr meter_hal table_of(Board& board) {
  return table_of(board, Peripherals{});
}

}  // namespace meter::hal
