// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/assembly/concentrator/disk.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "kernel/assert.hpp"

namespace sim::run {

void ModelDisk::read(std::uint64_t offset, protocol::MutableBytes out) {
  TWIN_ASSERT(offset + out.size() <= std::uint64_t{pages()} * kPageOctets, offset, out.size());
  while (!out.empty()) {
    const Page& page = pages_[static_cast<std::size_t>(offset / kPageOctets)];
    const std::size_t at = offset % kPageOctets;
    const std::size_t n = std::min<std::size_t>(out.size(), kPageOctets - at);
    if (page == nullptr) {
      std::memset(out.data(), 0, n);
    } else {
      std::memcpy(out.data(), page.get() + at, n);
    }
    out = out.subspan(n);
    offset += n;
  }
}

bool ModelDisk::write(std::uint64_t offset, protocol::Bytes data) {
  TWIN_ASSERT(offset + data.size() <= std::uint64_t{pages()} * kPageOctets, offset, data.size());
  if (dead_) return false;
  ++writes_;
  const bool cut = cut_in_ != 0 && --cut_in_ == 0;
  if (cut) data = data.first(std::min(cut_octets_, data.size()));
  octets_written_ += data.size();
  while (!data.empty()) {
    Page& page = pages_[static_cast<std::size_t>(offset / kPageOctets)];
    const std::size_t at = offset % kPageOctets;
    const std::size_t n = std::min<std::size_t>(data.size(), kPageOctets - at);
    if (page == nullptr) page = std::make_unique<std::uint8_t[]>(kPageOctets);
    std::memcpy(page.get() + at, data.data(), n);
    data = data.subspan(n);
    offset += n;
  }
  if (!cut) return true;
  dead_ = true;
  ++torn_;
  std::exchange(on_cut_, nullptr)();
  return false;
}

void ModelDisk::cut_at_write(std::uint64_t n, std::size_t octets, std::function<void()> on_cut) {
  cut_in_ = n;
  cut_octets_ = octets;
  on_cut_ = std::move(on_cut);
}

}  // namespace sim::run
