// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/port/cortex_m4/memory.hpp"
#include "meter/port/cortex_m4/stopwatch.hpp"

namespace meter::port {

// struct meter_hal on the target: what the host must see goes up as a message, the rest is answered
// here.
class Platform {
 public:
  struct Store {
    Memory::Store memory;
    alignas(16) std::uint8_t buffers[kSlots][METER_BUFFER_BYTES];
    std::uint8_t answer[kMaxAnswerOctets];
    std::uint8_t ahead[kAheadOctets];
  };

  explicit Platform(Store& store);
  Platform(const Platform&) = delete;
  Platform& operator=(const Platform&) = delete;

  void start();
  const meter_hal& table() const { return table_; }
  // The host's platform may have no modem, and may be older than this one.
  void resemble(bool modem_fitted, std::uint32_t pointers);
  void set_moment(const Moment& moment) { moment_ = moment; }
  void forget_buffers() { taken_ = 0; }

  Link& host() { return host_; }
  Answers& answers() { return answers_; }
  Memory& memory() { return memory_; }
  Stopwatch& stopwatch() { return stopwatch_; }
  Link& crypto() { return crypto_; }
  std::uint32_t answer_address() const {
    return reinterpret_cast<std::uint32_t>(&store_.answer[0]);
  }
  std::uint32_t ahead_address() const { return reinterpret_cast<std::uint32_t>(&store_.ahead[0]); }
  std::uint32_t buffers_most() const { return buffers_most_; }

  // Ends the message begun on the line and waits for its answer.
  protocol::Reader ask(Link& line);

 private:
  struct Calls;  // the downcalls

  Store& store_;
  Link host_;
  Link crypto_;
  Answers answers_;
  Memory memory_;
  Stopwatch stopwatch_;
  Moment moment_{};
  std::uint32_t taken_ = 0;  // a bit a slot
  std::uint32_t buffers_most_ = 0;
  meter_hal table_;
};

}  // namespace meter::port
