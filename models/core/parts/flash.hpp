// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace models {

// NOR flash in pages. Erased octets read FF, programming only clears bits. Sparse: a page costs
// memory up to its highest programmed octet. Access takes no simulated time: a record of some
// tens of octets programs in well under a millisecond.
class Flash {
 public:
  static constexpr std::uint32_t kPageBytes = 4096;

  explicit Flash(std::uint32_t n_pages);

  // False for an address out of range, a failed page or a supply that was cut.
  bool read(std::uint32_t address, std::span<std::uint8_t> out) const;
  bool write(std::uint32_t address, std::span<const std::uint8_t> data);
  bool erase(std::uint32_t page);

  // Fault injection. The n-th program or erase from now (1: the next one) is torn: of a write only
  // the first half reaches the cells, of an erase the second half of the page. From then on
  // nothing works until restore_power().
  void cut_power_at(std::uint32_t operation);
  void cut_power() { cut_ = true; }  // now, between two operations
  bool power_cut() const { return cut_; }
  void restore_power();
  void fail_page(std::uint32_t page);
  // A bit of the octets programmed from a page on, of however many there are; none: nothing.
  void turn_bit(std::uint64_t bit, std::uint32_t from_page);

  std::uint32_t erases(std::uint32_t page) const;
  std::uint64_t operations() const { return operations_; }
  std::size_t memory_bytes() const;

 private:
  struct Page {
    std::vector<std::uint8_t> programmed;  // octets up to the highest one programmed
    std::uint32_t erases = 0;
    bool failed = false;
  };
  static constexpr std::uint16_t kUntouched = 0xFFFF;

  bool in_range(std::uint32_t address, std::size_t n) const;
  Page& touch(std::uint32_t page);
  const Page* find(std::uint32_t page) const;
  bool begin_operation();
  void program(std::uint32_t address, std::span<const std::uint8_t> data);

  std::vector<std::uint16_t> index_;  // page -> slot in pages_
  std::vector<Page> pages_;
  std::uint64_t operations_ = 0;
  std::uint32_t operations_left_ = 0;  // until the injected cut; 0: none armed
  bool tearing_ = false;
  bool cut_ = false;
};

}  // namespace models
