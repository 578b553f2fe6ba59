// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cm1/fw/platform.hpp"

namespace cm1::fw {

// Pushes of the meter on their way to the head-end, in a ring of flash pages: first in, first out,
// across network losses and power cuts. A record is written length first, content next, CRC last,
// so a cut leaves either the old queue or the new one; it is marked delivered by clearing an octet.
// When the ring is full the oldest page is given up.
//
//   page:   magic (4) | sequence (4) | its complement (4) | FFFFFFFF | records
//   record: length (2) | its complement (2) | delivered: FF or 00 | FFFFFF | CRC (4) | APDU, padded
class PushQueue {
 public:
  explicit PushQueue(const Platform& platform) : platform_(platform) {}

  // Finds what survived. At every boot.
  void mount();

  // False when the flash refuses.
  bool store(Bytes apdu);
  // Reads the oldest record not yet sent into `out`; empty when there is none.
  Bytes next_unsent(MutableBytes out);
  // The record read last was handed to the modem's stack.
  void mark_sent();
  // The far end's stack has acknowledged the oldest record sent.
  void confirm();
  // The connection is gone: everything not confirmed is to be sent again.
  void rewind();

  std::uint32_t waiting() const { return waiting_; }  // records not confirmed
  std::uint32_t in_flight() const { return in_flight_; }
  std::uint32_t dropped() const { return dropped_; }  // the ring was full
  std::uint32_t damaged() const { return damaged_; }  // torn by a power cut

 private:
  struct Position {
    std::uint32_t page = 0;    // 0 .. kPages - 1
    std::uint32_t offset = 0;  // in the page
    friend bool operator==(const Position&, const Position&) = default;
  };
  struct Record {
    std::uint32_t length = 0;
    std::uint32_t crc = 0;
    bool delivered = false;
  };
  enum class Slot : std::uint8_t { record, free, unusable };

  Slot read_slot(const Position& at, Record& record) const;
  void mark_delivered(const Position& at) const;
  bool content_holds(const Position& at, const Record& record) const;
  bool read_page_header(std::uint32_t page, std::uint32_t& sequence) const;
  // Moves `at` to the first undelivered record at or behind it; false at the end of the queue.
  bool seek(Position& at, Record& record) const;
  Position behind(const Position& at, const Record& record) const;
  void survey_page(std::uint32_t page);
  bool open_page(std::uint32_t page);
  void give_up_page(std::uint32_t page);
  bool write_record(Bytes apdu);

  const Platform& platform_;
  Position head_;         // no undelivered record lies before it
  Position unsent_;       // where next_unsent() looks on
  Position tail_;         // where the next record goes
  Record read_;           // what next_unsent() found
  bool mounted_ = false;  // a page is open
  std::uint32_t sequence_ = 0;
  std::uint32_t waiting_ = 0;
  std::uint32_t in_flight_ = 0;
  std::uint32_t forgotten_ = 0;  // in flight when their page was given up
  std::uint32_t dropped_ = 0;
  std::uint32_t damaged_ = 0;
};

}  // namespace cm1::fw
