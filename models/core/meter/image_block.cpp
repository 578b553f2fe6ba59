// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/meter/image_block.hpp"

#include <algorithm>
#include <utility>

namespace models {

Flash& ImageBlock::cells() {
  if (cells_ == nullptr) cells_ = std::make_unique<Flash>(kSlotPages);
  return *cells_;
}

// A supply that ends in an operation of the slot ends for all of the meter.
bool ImageBlock::survived(bool done) {
  if (cells_->power_cut()) flash_.cut_power();
  return done;
}

bool ImageBlock::erase(std::uint32_t slot) {
  if (!reaches(slot)) return false;
  verified_octets_ = 0;
  for (std::uint32_t page = 0; page < kSlotPages; ++page) {
    if (!survived(cells().erase(page))) return false;
  }
  return true;
}

bool ImageBlock::write(std::uint32_t slot, std::uint32_t offset,
                       std::span<const std::uint8_t> data) {
  return reaches(slot) && survived(cells().write(offset, data));
}

bool ImageBlock::read(std::uint32_t slot, std::uint32_t offset, std::span<std::uint8_t> out) {
  if (!reaches(slot) || offset > kSlotBytes || out.size() > kSlotBytes - offset) return false;
  if (cells_ != nullptr) return cells_->read(offset, out);
  std::fill(out.begin(), out.end(), std::uint8_t{0xFF});  // never written to
  return true;
}

const meter_firmware* ImageBlock::judged() const {
  if (library_ == nullptr || cells_ == nullptr || verified_octets_ == 0) return nullptr;
  std::vector<std::uint8_t> container(verified_octets_);
  if (!cells_->read(0, container)) return nullptr;
  return library_->firmware_of(container, *running_);
}

bool ImageBlock::verify(std::uint32_t slot, std::uint32_t n) {
  if (!reaches(slot) || n == 0 || n > kSlotBytes) return false;
  verified_octets_ = n;
  if (judged() != nullptr) return true;
  verified_octets_ = 0;
  return false;
}

bool ImageBlock::activate(std::uint32_t slot) {
  if (!reaches(slot)) return false;
  next_ = judged();
  return next_ != nullptr;
}

void ImageBlock::confirm() {
  if (reaches(0)) before_ = nullptr;
}

ImageBlock::Start ImageBlock::start() {
  if (before_ != nullptr) {  // its trial ended, one way or another
    running_ = std::exchange(before_, nullptr);
    return {running_, true, METER_BOOT_IMAGE_BEFORE};
  }
  if (next_ == nullptr) return {running_, false, METER_BOOT_POWER};
  before_ = std::exchange(running_, std::exchange(next_, nullptr));
  return {running_, true, METER_BOOT_IMAGE};
}

}  // namespace models
