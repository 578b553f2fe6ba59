// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "cm1/fw/push_queue.hpp"

#include <array>

#include "protocol/crc32.hpp"

namespace cm1::fw {
namespace {

using protocol::Reader;
using protocol::Writer;

constexpr std::uint32_t kFirstPage = 1;  // page 0 holds the provision
constexpr std::uint32_t kPages = CM1_FLASH_PAGES - kFirstPage;
constexpr std::uint32_t kPageHeader = 16;
constexpr std::uint32_t kRecordHeader = 12;
constexpr std::uint32_t kDeliveredAt = 4;
constexpr std::uint32_t kCrcAt = 8;
constexpr std::uint32_t kMagic = 0x434D3151;  // "CM1Q"

constexpr std::uint32_t padded(std::uint32_t length) { return (length + 3) & ~3u; }
constexpr std::uint32_t following(std::uint32_t page) { return (page + 1) % kPages; }

std::uint32_t address(std::uint32_t page, std::uint32_t offset) {
  return (kFirstPage + page) * CM1_FLASH_PAGE_BYTES + offset;
}

}  // namespace

// ---- Reading the ring --------------------------------------------------------------------------

bool PushQueue::read_page_header(std::uint32_t page, std::uint32_t& sequence) const {
  std::array<std::uint8_t, kPageHeader> header;
  if (!platform_.flash_read(address(page, 0), header)) return false;
  Reader in(header);
  if (in.u32() != kMagic) return false;
  sequence = in.u32();
  return in.u32() == ~sequence;
}

PushQueue::Slot PushQueue::read_slot(const Position& at, Record& record) const {
  if (at.offset + kRecordHeader > CM1_FLASH_PAGE_BYTES) return Slot::unusable;
  std::array<std::uint8_t, kRecordHeader> header;
  if (!platform_.flash_read(address(at.page, at.offset), header)) return Slot::unusable;
  Reader in(header);
  const std::uint16_t length = in.u16();
  const std::uint16_t complement = in.u16();
  if (length == 0xFFFF && complement == 0xFFFF) return Slot::free;
  if ((length ^ complement) != 0xFFFF || length == 0 || length > kMaxApdu ||
      at.offset + kRecordHeader + length > CM1_FLASH_PAGE_BYTES) {
    return Slot::unusable;  // cut while the length was written: the rest of the page is lost
  }
  record.length = length;
  record.delivered = in.u8() != 0xFF;
  in.skip(3);
  record.crc = in.u32();
  return Slot::record;
}

bool PushQueue::content_holds(const Position& at, const Record& record) const {
  std::array<std::uint8_t, kMaxApdu> content;
  const MutableBytes octets = MutableBytes(content).first(record.length);
  return platform_.flash_read(address(at.page, at.offset + kRecordHeader), octets) &&
         protocol::crc32(octets) == record.crc;
}

PushQueue::Position PushQueue::behind(const Position& at, const Record& record) const {
  return {at.page, at.offset + kRecordHeader + padded(record.length)};
}

bool PushQueue::seek(Position& at, Record& record) const {
  while (mounted_ && at != tail_) {
    const Slot slot = read_slot(at, record);
    if (slot != Slot::record) {  // the page ends here; the queue goes on in the next one
      if (at.page == tail_.page) return false;
      at = {following(at.page), kPageHeader};
      continue;
    }
    if (!record.delivered) return true;
    at = behind(at, record);
  }
  return false;
}

// ---- Boot --------------------------------------------------------------------------------------

void PushQueue::mount() {
  std::uint32_t newest = 0, sequence = 0;
  mounted_ = false;
  waiting_ = in_flight_ = forgotten_ = 0;
  for (std::uint32_t page = 0; page < kPages; ++page) {
    if (!read_page_header(page, sequence)) continue;
    if (mounted_ && sequence < sequence_) continue;
    newest = page;
    sequence_ = sequence;
    mounted_ = true;
  }
  if (!mounted_) return;
  // Back from the newest page as far as the sequence has no gap.
  std::uint32_t oldest = newest, expected = sequence_;
  for (std::uint32_t n = 1; n < kPages; ++n) {
    const std::uint32_t before = (oldest + kPages - 1) % kPages;
    if (!read_page_header(before, sequence) || sequence != --expected) break;
    oldest = before;
  }
  tail_ = {newest, CM1_FLASH_PAGE_BYTES};
  for (std::uint32_t page = oldest;; page = following(page)) {
    survey_page(page);
    if (page == newest) break;
  }
  head_ = unsent_ = {oldest, kPageHeader};
  Record record;
  if (!seek(head_, record)) head_ = tail_;
  unsent_ = head_;
}

// Counts what a page holds; in the newest page also finds where writing goes on.
void PushQueue::survey_page(std::uint32_t page) {
  Position at{page, kPageHeader};
  Record record;
  Slot slot;
  while ((slot = read_slot(at, record)) == Slot::record) {
    if (!record.delivered && content_holds(at, record)) {
      ++waiting_;
    } else if (!record.delivered) {
      ++damaged_;
      mark_delivered(at);  // so that content need not be checked again
    }
    at = behind(at, record);
  }
  if (slot == Slot::unusable && at.offset + kRecordHeader <= CM1_FLASH_PAGE_BYTES) ++damaged_;
  if (page == tail_.page && slot == Slot::free) tail_ = at;
}

// ---- Writing -----------------------------------------------------------------------------------

bool PushQueue::store(Bytes apdu) {
  if (apdu.empty() || apdu.size() > kMaxApdu) return false;
  const std::size_t needed = kRecordHeader + padded(static_cast<std::uint32_t>(apdu.size()));
  for (std::uint32_t tries = 0; tries < 3; ++tries) {  // a page may fail to program
    if (!mounted_ || tail_.offset + needed > CM1_FLASH_PAGE_BYTES) {
      if (!open_page(mounted_ ? following(tail_.page) : 0)) continue;
    }
    if (write_record(apdu)) {
      ++waiting_;
      return true;
    }
    tail_.offset = CM1_FLASH_PAGE_BYTES;
  }
  return false;
}

bool PushQueue::open_page(std::uint32_t page) {
  if (waiting_ > 0 && page == head_.page) give_up_page(page);
  const bool first = !mounted_;
  std::array<std::uint8_t, kPageHeader> header;
  header.fill(0xFF);
  Writer out(header);
  out.u32(kMagic);
  out.u32(sequence_ + 1);
  out.u32(~(sequence_ + 1));
  const bool good =
      platform_.flash_erase(kFirstPage + page) && platform_.flash_write(address(page, 0), header);
  if (!good && first) return false;
  // A page that failed stays in the sequence, closed, so that the ring has no gap.
  ++sequence_;
  mounted_ = true;
  tail_ = {page, good ? kPageHeader : CM1_FLASH_PAGE_BYTES};
  if (waiting_ == 0) head_ = unsent_ = tail_;
  return good;
}

// The ring is full: the oldest page is needed for new rows. Newer data is worth more, and the
// head-end reads the gap from the meter's profile.
void PushQueue::give_up_page(std::uint32_t page) {
  Record record;
  while (seek(head_, record) && head_.page == page) {
    if (unsent_ == head_) unsent_ = behind(head_, record);
    if (in_flight_ > 0) {
      --in_flight_;
      ++forgotten_;
    }
    --waiting_;
    ++dropped_;
    head_ = behind(head_, record);
  }
  if (waiting_ == 0) head_ = tail_;
  if (unsent_.page == page) unsent_ = head_;
}

bool PushQueue::write_record(Bytes apdu) {
  Record record;
  record.length = static_cast<std::uint32_t>(apdu.size());
  record.crc = protocol::crc32(apdu);
  std::array<std::uint8_t, 4> octets;
  Writer lengths(octets);
  lengths.u16(static_cast<std::uint16_t>(record.length));
  lengths.u16(static_cast<std::uint16_t>(~record.length));
  const std::uint32_t at = address(tail_.page, tail_.offset);
  if (!platform_.flash_write(at, octets) || !platform_.flash_write(at + kRecordHeader, apdu)) {
    return false;
  }
  Writer crc(octets);
  crc.u32(record.crc);
  if (!platform_.flash_write(at + kCrcAt, octets)) return false;
  // Read back: the meter forgets its copy once we acknowledge.
  Record written;
  if (read_slot(tail_, written) != Slot::record || written.delivered ||
      written.length != record.length || written.crc != record.crc ||
      !content_holds(tail_, written)) {
    mark_delivered(tail_);
    return false;
  }
  tail_ = behind(tail_, record);
  return true;
}

// ---- Sending -----------------------------------------------------------------------------------

Bytes PushQueue::next_unsent(MutableBytes out) {
  if (!seek(unsent_, read_) || read_.length > out.size()) return {};
  const MutableBytes content = out.first(read_.length);
  if (!platform_.flash_read(address(unsent_.page, unsent_.offset + kRecordHeader), content)) {
    return {};
  }
  return content;
}

// If the flash refuses, the record is sent once more after the next boot.
void PushQueue::mark_delivered(const Position& at) const {
  constexpr std::array<std::uint8_t, 1> kDelivered{0x00};
  static_cast<void>(platform_.flash_write(address(at.page, at.offset + kDeliveredAt), kDelivered));
}

void PushQueue::mark_sent() {
  unsent_ = behind(unsent_, read_);
  ++in_flight_;
}

void PushQueue::confirm() {
  if (forgotten_ > 0) {
    --forgotten_;
    return;
  }
  Record record;
  if (in_flight_ == 0 || !seek(head_, record)) return;
  mark_delivered(head_);
  head_ = behind(head_, record);
  --in_flight_;
  --waiting_;
}

void PushQueue::rewind() {
  unsent_ = head_;
  in_flight_ = forgotten_ = 0;
}

}  // namespace cm1::fw
