// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/parts/flash.hpp"

#include <algorithm>
#include <cstring>

#include "kernel/assert.hpp"

namespace models {

Flash::Flash(std::uint32_t n_pages) : index_(n_pages, kUntouched) {
  TWIN_ASSERT(n_pages > 0 && n_pages < kUntouched, n_pages);
}

bool Flash::in_range(std::uint32_t address, std::size_t n) const {
  const std::uint64_t size = std::uint64_t{index_.size()} * kPageBytes;
  return address <= size && n <= size - address;
}

Flash::Page& Flash::touch(std::uint32_t page) {
  if (index_[page] == kUntouched) {
    index_[page] = static_cast<std::uint16_t>(pages_.size());
    pages_.emplace_back();
  }
  return pages_[index_[page]];
}

const Flash::Page* Flash::find(std::uint32_t page) const {
  return index_[page] == kUntouched ? nullptr : &pages_[index_[page]];
}

bool Flash::read(std::uint32_t address, std::span<std::uint8_t> out) const {
  if (cut_ || !in_range(address, out.size())) return false;
  std::size_t done = 0;
  while (done < out.size()) {
    const std::uint32_t at = address + static_cast<std::uint32_t>(done);
    const std::uint32_t offset = at % kPageBytes;
    const std::size_t n = std::min<std::size_t>(out.size() - done, kPageBytes - offset);
    const Page* page = find(at / kPageBytes);
    if (page != nullptr && page->failed) return false;
    const std::size_t filled = page == nullptr || page->programmed.size() <= offset
                                   ? 0
                                   : std::min(n, page->programmed.size() - offset);
    if (filled > 0) std::memcpy(&out[done], &page->programmed[offset], filled);
    if (n > filled) std::memset(&out[done + filled], 0xFF, n - filled);
    done += n;
  }
  return true;
}

// False when there is no supply. Sets tearing_ on the operation chosen for the cut.
bool Flash::begin_operation() {
  if (cut_) return false;
  ++operations_;
  tearing_ = operations_left_ == 1;
  if (operations_left_ > 0) --operations_left_;
  return true;
}

bool Flash::write(std::uint32_t address, std::span<const std::uint8_t> data) {
  if (!in_range(address, data.size()) || data.empty()) return in_range(address, data.size());
  const auto last = static_cast<std::uint32_t>(address + data.size() - 1);
  for (std::uint32_t page = address / kPageBytes; page <= last / kPageBytes; ++page) {
    const Page* known = find(page);
    if (known != nullptr && known->failed) return false;
  }
  if (!begin_operation()) return false;
  program(address, tearing_ ? data.first(data.size() / 2) : data);
  cut_ = tearing_;
  return !cut_;
}

void Flash::program(std::uint32_t address, std::span<const std::uint8_t> data) {
  std::size_t done = 0;
  while (done < data.size()) {
    const std::uint32_t at = address + static_cast<std::uint32_t>(done);
    const std::uint32_t offset = at % kPageBytes;
    const std::size_t n = std::min<std::size_t>(data.size() - done, kPageBytes - offset);
    Page& page = touch(at / kPageBytes);
    if (page.programmed.size() < offset + n) page.programmed.resize(offset + n, 0xFF);
    for (std::size_t i = 0; i < n; ++i) page.programmed[offset + i] &= data[done + i];
    done += n;
  }
}

bool Flash::erase(std::uint32_t page) {
  if (page >= index_.size()) return false;
  Page& target = touch(page);
  if (target.failed || !begin_operation()) return false;
  ++target.erases;
  if (tearing_) {
    if (target.programmed.size() > kPageBytes / 2) target.programmed.resize(kPageBytes / 2);
    cut_ = true;
    return false;
  }
  target.programmed.clear();
  target.programmed.shrink_to_fit();
  return true;
}

void Flash::cut_power_at(std::uint32_t operation) {
  TWIN_ASSERT(operation > 0);
  operations_left_ = operation;
}

void Flash::restore_power() { cut_ = false; }

void Flash::fail_page(std::uint32_t page) {
  TWIN_ASSERT(page < index_.size(), page);
  touch(page).failed = true;
}

void Flash::turn_bit(std::uint64_t bit, std::uint32_t from_page) {
  std::uint64_t bits = 0;
  const auto each = [&](auto visit) {
    for (std::uint32_t page = from_page; page < index_.size(); ++page) {
      if (index_[page] != kUntouched) visit(pages_[index_[page]].programmed);
    }
  };
  each([&](const auto& octets) { bits += 8 * octets.size(); });
  if (bits == 0) return;
  bit %= bits;
  each([&](auto& octets) {
    if (bit < 8 * octets.size()) octets[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    bit = bit < 8 * octets.size() ? UINT64_MAX : bit - 8 * octets.size();
  });
}

std::uint32_t Flash::erases(std::uint32_t page) const {
  TWIN_ASSERT(page < index_.size(), page);
  const Page* known = find(page);
  return known == nullptr ? 0 : known->erases;
}

std::size_t Flash::memory_bytes() const {
  std::size_t bytes = index_.capacity() * sizeof(index_[0]) + pages_.capacity() * sizeof(Page);
  for (const Page& page : pages_) bytes += page.programmed.capacity();
  return bytes;
}

}  // namespace models
