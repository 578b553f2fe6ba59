// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "meter/hal/meter_hal.h"
#include "models/core/parts/flash.hpp"

namespace models {

// What the boot loaders of a fleet know: which firmware a container of octets stands for. What
// comes over a wire is never run: it names an object that lies here already.
class ImageLibrary {
 public:
  // nullptr: not signed by the maker, damaged, unknown, or for another meter than runs `running`.
  virtual const meter_firmware* firmware_of(std::span<const std::uint8_t> container,
                                            const meter_firmware& running) = 0;

 protected:
  ~ImageLibrary() = default;
};

// One slot of flash for an image, and the boot loader, which judges what is in it and decides what
// runs after a reset. The slot's cells are a memory of their own, made when first written to: a
// fleet without upgrades does not pay for them.
class ImageBlock {
 public:
  static constexpr std::uint32_t kSlotPages = 64;
  static constexpr std::uint32_t kSlotBytes = kSlotPages * Flash::kPageBytes;

  ImageBlock(Flash& flash, ImageLibrary* library, const meter_firmware& running)
      : flash_(flash), library_(library), running_(&running) {}

  // ---- hal: images ----
  std::uint32_t slots() const { return 1; }
  std::uint32_t slot_bytes() const { return kSlotBytes; }
  bool erase(std::uint32_t slot);
  bool write(std::uint32_t slot, std::uint32_t offset, std::span<const std::uint8_t> data);
  bool read(std::uint32_t slot, std::uint32_t offset, std::span<std::uint8_t> out);
  bool verify(std::uint32_t slot, std::uint32_t n);
  bool activate(std::uint32_t slot);
  void confirm();

  // ---- The boot loader ----
  // What runs from this reset on, and why it boots if it is another than before.
  struct Start {
    const meter_firmware* firmware;
    bool another;
    meter_boot_reason reason;
  };
  Start start();
  // An image was activated: the reset is to come.
  bool wants_reset() const { return next_ != nullptr; }
  // It runs and is not confirmed.
  bool on_trial() const { return before_ != nullptr; }

  // The n-th program or erase of the slot from now on is torn, and the supply ends with it.
  void cut_power_at(std::uint32_t operation) { cells().cut_power_at(operation); }
  void restore_power() {
    if (cells_ != nullptr) cells_->restore_power();
  }
  std::uint64_t operations() const { return cells_ == nullptr ? 0 : cells_->operations(); }

 private:
  Flash& cells();
  bool reaches(std::uint32_t slot) const { return slot == 0 && !flash_.power_cut(); }
  bool survived(bool done);
  const meter_firmware* judged() const;

  Flash& flash_;
  ImageLibrary* library_;
  std::unique_ptr<Flash> cells_;
  std::uint32_t verified_octets_ = 0;
  const meter_firmware* running_;
  const meter_firmware* next_ = nullptr;
  const meter_firmware* before_ = nullptr;
};

}  // namespace models
