// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/hal/table_of.hpp"
#include "models/core/meter/crypto_block.hpp"
#include "models/core/meter/output_blocks.hpp"
#include "models/core/meter/plc_block.hpp"
#include "models/core/meter/rtc_block.hpp"
#include "models/core/meter/uart_block.hpp"
#include "models/core/parts/buffer_pool.hpp"

namespace models {

// What the firmware sees of its meter: a member a peripheral, by the names of struct meter_hal
// (meter/hal/table_of.hpp). What it does not see, supply and front end, is the node's.
struct Board {
  McuClock clock;
  RtcBlock rtc;
  Flash& flash;
  CpuBlock cpu;
  UartBlock uarts;
  BufferAccount buffers;
  RelayBlock relay;
  PulseBlock pulses;
  CryptoBlock crypto;
  PlcBlock plc;
  ThermometerBlock thermometer;
  BatteryBlock battery;

  // Everything that needs the supply.
  void stop() {
    clock.stop();
    rtc.stop();
    relay.stop();
    pulses.stop();
    uarts.silence();
    buffers.give_all();
  }
};

}  // namespace models
