// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/port/cortex_m4/memory.hpp"
#include "meter/port/cortex_m4/stopwatch.hpp"

namespace meter::port {

// A call as it is put together.
class Message {
 public:
  explicit Message(MutableBytes memory) : memory_(memory) {}
  void begin(const std::uint8_t (&number)[2]) {
    n_ = 0;
    put(number);
  }
  void put(Bytes more);
  Bytes octets() const { return memory_.first(n_); }

 private:
  MutableBytes memory_;
  std::size_t n_ = 0;
};

// struct meter_hal on the target: what the host must see goes up as a message, the rest is answered
// here, by the parts of a board.
class Platform {
 public:
  struct Store {
    Memory::Store memory;
    alignas(16) std::uint8_t buffers[kSlots][METER_BUFFER_BYTES];
    std::uint8_t answer[kMaxAnswerOctets];
    std::uint8_t ahead[kAheadOctets];
    std::uint8_t message[kMaxAnswerOctets];
  };

  explicit Platform(Store& store);
  Platform(const Platform&) = delete;
  Platform& operator=(const Platform&) = delete;

  void start();
  const meter_hal& table() const { return table_; }
  // The same capabilities, retained RAM and calls as the host's platform has: the payload of init.
  void resemble(protocol::Reader& in);
  void set_moment(const Moment& moment) { moment_ = moment; }
  void forget_buffers() { buffers.taken = 0; }

  Link& host() { return host_; }
  Answers& answers() { return answers_; }
  Memory& memory() { return memory_; }
  Stopwatch& stopwatch() { return stopwatch_; }
  Link& crypto() { return crypto_; }
  std::uint32_t answer_address() const {
    return reinterpret_cast<std::uint32_t>(&store_.answer[0]);
  }
  std::uint32_t ahead_address() const { return reinterpret_cast<std::uint32_t>(&store_.ahead[0]); }
  std::uint32_t buffers_most() const { return buffers.most; }

  // Where a call to the host is put together; then it goes out.
  Message& message() { return message_; }
  Link& begin_call(bool on_crypto_line);
  // Ends the message begun on the line and waits for its answer.
  protocol::Reader ask(Link& line);

  // ---- Parts with the methods of their peripherals; what has none here is the host's ----

  // Time does not run within an upcall, so these need nobody.
  struct Clock {
    Platform& p;
    std::int64_t uptime_us() { return p.moment_.uptime_us; }
  };
  struct Rtc {
    Platform& p;
    std::int64_t ticks() { return p.moment_.rtc_ticks; }
    int lost() { return p.moment_.rtc_lost != 0 ? 1 : 0; }
    void set(std::int64_t ticks);
  };
  struct Buffers {
    Platform& p;
    std::uint32_t taken = 0;  // a bit a slot
    std::uint32_t most = 0;
    std::uint8_t* take();
    void give(std::uint8_t* buffer);
  };
  Clock clock{*this};
  Rtc rtc{*this};
  Memory& flash;
  Buffers buffers{*this};

 private:
  Store& store_;
  Link host_;
  Link crypto_;
  Answers answers_;
  Memory memory_;
  Message message_;
  Stopwatch stopwatch_;
  Moment moment_{};
  meter_hal table_{};
  hal::Tables<hal::Peripherals> tables_{};
};

// In a downcall the stopwatch stands: it is the platform that works.
class Downcall {
 public:
  explicit Downcall(void* context) : platform_(*static_cast<Platform*>(context)) {
    platform_.stopwatch().pause();
  }
  ~Downcall() { platform_.stopwatch().resume(); }
  Downcall(const Downcall&) = delete;
  Downcall& operator=(const Downcall&) = delete;
  Platform* operator->() const { return &platform_; }

 private:
  Platform& platform_;
};

}  // namespace meter::port
