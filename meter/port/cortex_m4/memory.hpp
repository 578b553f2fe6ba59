// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "meter/port/cortex_m4/link.hpp"

namespace meter::port {

// Answers to downcalls: those that came with the upcall first, then from the line.
class Answers {
 public:
  Answers(MutableBytes box, MutableBytes ahead) : box_(box), ahead_(ahead), next_(Bytes{}) {}

  // At the begin of an upcall.
  void begin() {
    next_ = protocol::Reader(ahead_);
    left_ = next_.u32();
    protocol::Writer(ahead_).u32(0);  // good for one upcall
  }
  protocol::Reader next(Link& line) {
    if (left_ > 0) {
      --left_;
      return protocol::Reader(next_.take(next_.u32()));
    }
    Bytes payload;
    line.receive(box_, payload);
    return protocol::Reader(payload);
  }

 private:
  MutableBytes box_;
  MutableBytes ahead_;
  protocol::Reader next_;
  std::uint32_t left_ = 0;
};

// Flash and battery-backed RAM. The truth of both is with the host, which can cut the supply in the
// middle of a write; here stands a copy to read from, kept equal message by message.
class Memory {
 public:
  struct Store {
    alignas(16) std::uint8_t flash[METER_FLASH_PAGES * METER_FLASH_PAGE_BYTES];
    alignas(16) std::uint8_t retained[METER_RETAINED_MAX_BYTES];
    std::uint8_t retained_at_host[METER_RETAINED_MAX_BYTES];
  };

  Memory(Store& store, Link& link, Answers& answers)
      : store_(store), link_(link), answers_(answers) {}

  // ---- From the host, between upcalls ----
  void set_flash(protocol::Reader in);
  void set_unreadable(protocol::Reader in);
  void set_retained(protocol::Reader in);
  void set_retained_bytes(std::uint32_t bytes) { retained_bytes_ = bytes; }

  // ---- From the firmware ----
  bool read(std::uint32_t address, MutableBytes out) const;
  bool write(std::uint32_t address, Bytes data);
  bool erase(std::uint32_t page);
  std::uint8_t* retained() { return store_.retained; }
  // Tells what the firmware wrote to its battery-backed RAM since the last time.
  void report_retained();

 private:
  static constexpr std::uint32_t kFlashOctets = METER_FLASH_PAGES * METER_FLASH_PAGE_BYTES;

  bool take_answer(std::uint32_t address, std::uint32_t n);

  Store& store_;
  Link& link_;
  Answers& answers_;
  std::array<std::uint8_t, METER_FLASH_PAGES / 8> unreadable_{};
  std::uint32_t retained_bytes_ = 0;
};

}  // namespace meter::port
