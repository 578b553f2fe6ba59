// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <span>

#include "meter/hal/table_of.hpp"
#include "models/core/meter/display_block.hpp"
#include "models/core/meter/image_block.hpp"
#include "models/core/meter/input_block.hpp"
#include "models/core/meter/output_blocks.hpp"
#include "models/core/meter/plc_block.hpp"
#include "models/core/meter/program_block.hpp"
#include "models/core/meter/rtc_block.hpp"
#include "models/core/meter/sample_block.hpp"
#include "models/core/meter/uart_block.hpp"
#include "models/core/parts/buffer_pool.hpp"
#include "models/core/parts/device.hpp"
#include "protocol/crypto/engine.hpp"

namespace models {

// The crypto block over the fleet's engine.
class CryptoBlock {
 public:
  using Key = std::span<const std::uint8_t, 16>;
  using In = std::span<const std::uint8_t>;
  using Out = std::span<std::uint8_t>;

  CryptoBlock(protocol::crypto::Engine& engine, const RandomSource& random)
      : engine_(engine), random_(random) {}

  // ---- hal: crypto ----
  bool gcm_seal(Key key, In iv, In aad, In text, Out out, Out tag) {
    return engine_.gcm_seal(key_of(key), iv, aad, text, out, tag);
  }
  bool gcm_open(Key key, In iv, In aad, In text, In tag, Out out) {
    return engine_.gcm_open(key_of(key), iv, aad, text, tag, out);
  }
  bool key_unwrap(Key kek, In wrapped, Out out) {
    // RFC 3394: at least two 64-bit blocks and the check.
    if (wrapped.size() < 24 || wrapped.size() % 8 != 0) return false;
    return engine_.unwrap(key_of(kek), wrapped, out);
  }
  void random(Out out) { random_.fill(out); }

 private:
  static protocol::crypto::Key128 key_of(Key key) {
    protocol::crypto::Key128 copy;
    std::copy(key.begin(), key.end(), copy.begin());
    return copy;
  }

  protocol::crypto::Engine& engine_;
  RandomSource random_;
};

// The part of it that only remembers.
struct BoardMemory {
  Flash& flash;
  ProgramBlock program;
};

// What the firmware sees of its meter: a member a peripheral, by the names of struct meter_hal
// (meter/hal/table_of.hpp). What it does not see, supply and front end, is the node's.
struct Board : BoardMemory {
  McuClock clock;
  RtcBlock rtc;
  CpuBlock cpu;
  UartBlock uarts;
  BufferAccount buffers;
  RelayBlock relay;
  PulseBlock pulses;
  CryptoBlock crypto;
  PlcBlock plc;
  ThermometerBlock thermometer;
  BatteryBlock battery;
  InputBlock inputs;
  DisplayBlock display;
  SampleBlock samples;
  ImageBlock images;
};

// Everything that needs the supply.
inline void stop(Board& board) {
  board.clock.stop();
  board.rtc.stop();
  board.relay.stop();
  board.pulses.stop();
  board.uarts.silence();
  board.buffers.give_all();
  board.display.stop();
}

}  // namespace models
