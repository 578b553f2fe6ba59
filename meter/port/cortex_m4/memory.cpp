// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/port/cortex_m4/memory.hpp"

#include <algorithm>

namespace meter::port {

void Memory::set_flash(protocol::Reader in) {
  const std::uint32_t address = in.u32();
  const Bytes octets = in.rest();
  if (!in.ok() || address > kFlashOctets || octets.size() > kFlashOctets - address) return;
  std::memcpy(store_.flash + address, octets.data(), octets.size());
}

void Memory::set_unreadable(protocol::Reader in) {
  const Bytes map = in.take(unreadable_.size());
  if (in.ok()) std::copy(map.begin(), map.end(), unreadable_.begin());
}

void Memory::set_retained(protocol::Reader in) {
  const std::uint32_t offset = in.u32();
  const Bytes octets = in.rest();
  constexpr std::size_t kAll = METER_RETAINED_MAX_BYTES;
  if (!in.ok() || offset > kAll || octets.size() > kAll - offset) return;
  std::memcpy(store_.retained + offset, octets.data(), octets.size());
  std::memcpy(store_.retained_at_host + offset, octets.data(), octets.size());
}

bool Memory::read(std::uint32_t address, MutableBytes out) const {
  const std::size_t n = out.size();
  if (address > kFlashOctets || n > kFlashOctets - address) return false;
  const std::uint32_t last = n == 0 ? address : address + n - 1;
  for (std::uint32_t page = address / METER_FLASH_PAGE_BYTES;
       page <= last / METER_FLASH_PAGE_BYTES && page < METER_FLASH_PAGES; ++page) {
    if ((unreadable_[page / 8] >> page % 8 & 1u) != 0) return false;
  }
  std::memcpy(out.data(), store_.flash + address, n);
  return true;
}

bool Memory::write(std::uint32_t address, Bytes data) {
  const std::size_t n = data.size();
  if (address > kFlashOctets || n > kFlashOctets - address || n > METER_FLASH_PAGE_BYTES) {
    return false;
  }
  report_retained();
  link_.begin(Kind::flash_write, 4 + n);
  link_.put_u32(address);
  link_.put(data);
  link_.end();
  return take_answer(address, n);
}

bool Memory::erase(std::uint32_t page) {
  if (page >= METER_FLASH_PAGES) return false;
  report_retained();
  link_.begin(Kind::flash_erase, 4);
  link_.put_u32(page);
  link_.end();
  return take_answer(page * METER_FLASH_PAGE_BYTES, METER_FLASH_PAGE_BYTES);
}

// What really stands there now: cells that were torn or failed keep something else.
bool Memory::take_answer(std::uint32_t address, std::uint32_t n) {
  protocol::Reader in = answers_.next(link_);
  const bool failed = in.u8() != 0;
  const bool readable = in.u8() != 0;
  if (!readable) {
    set_unreadable(in);
  } else if (in.remaining() == n) {
    std::memcpy(store_.flash + address, in.rest().data(), n);
  }
  return !failed;
}

void Memory::report_retained() {
  std::uint32_t first = 0;
  std::uint32_t end = retained_bytes_;
  while (first < end && store_.retained[first] == store_.retained_at_host[first]) ++first;
  while (end > first && store_.retained[end - 1] == store_.retained_at_host[end - 1]) --end;
  if (first == end) return;
  link_.begin(Kind::retained, 4 + (end - first));
  link_.put_u32(first);
  link_.put({store_.retained + first, end - first});
  link_.end();
  std::memcpy(store_.retained_at_host, store_.retained, retained_bytes_);
}

}  // namespace meter::port
