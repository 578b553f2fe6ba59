// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/core/core.hpp"
#include "meter/fw/core/deadlines.hpp"
#include "protocol/image/container.hpp"

namespace meter::fw {

// Blue Book 4.4.6, image_transfer_status.
enum class ImageState : std::uint8_t {
  none,
  transfer,
  verifying,  // takes no time here
  verified,
  refused,
  activating,
  activated,
  activation_failed
};
enum class ImageResult : std::uint8_t {
  done,
  disabled,       // a client switched transfers off
  not_now,        // another state is asked for
  wrong,          // what came cannot be, or the image is not good
  flash_refused,  // nothing is promised then
};

// Another firmware, from its first block to its first boot. All that is known of a transfer stands
// in the slot itself, behind the image, in octets that are only ever cleared: so a supply that ends
// at any write leaves a transfer that goes on from the block that was under way. Whether an image
// is good is the boot loader's judgement (meter/hal/images.h).
class Upgrade {
 public:
  static constexpr std::uint32_t kMostBlocks = 4096;

  // Of the first boot of an image, before anything else is written. False: it is not to be kept.
  bool confirm(const Core& core, bool state_known);
  void boot(Core& core, Deadlines& deadlines, meter_boot_reason reason);
  void on_time(Core& core, Deadlines& deadlines);

  // The transfer under way, said again, goes on; any other begins anew.
  ImageResult initiate(Core& core, Bytes identifier, std::uint32_t image_octets,
                       std::uint16_t block_octets);
  ImageResult take_block(const Core& core, std::uint32_t number, Bytes octets);
  ImageResult verify(Core& core);
  // Comes a little later, so that the answer leaves, and away from the boundaries of intervals.
  ImageResult activate(Core& core, Deadlines& deadlines);
  // At an instant; 0: never. What is not verified then is not activated. False: flash refused it.
  static bool schedule(Core& core, const Upgrade& upgrade, Deadlines& deadlines,
                       std::uint32_t utc_s);

  ImageState state() const { return state_; }
  std::uint32_t image_octets() const { return image_octets_; }
  std::uint16_t block_octets() const { return block_octets_; }  // 0: no transfer
  std::uint32_t blocks() const;
  // blocks(): none is missing.
  std::uint32_t first_missing(const Hal& hal) const;
  // A bit a block from the given octet on, the first in the highest bit; set: it is there.
  bool read_map(const Hal& hal, std::uint32_t first_octet, MutableBytes out) const;
  // What it is called, and the head of what has come; false: nothing that could be read.
  bool read_identifier(const Hal& hal, protocol::image::Identifier& out) const;
  static bool read_head(const Hal& hal, protocol::image::Head& out);

 private:
  void open(const Hal& hal);
  bool mark(const Hal& hal, ImageState state);
  void arm(const Core& core, Deadlines& deadlines) const;
  bool is_for_us(const Core& core) const;
  void hand_over(Core& core, Deadlines& deadlines);

  std::uint32_t image_octets_ = 0;
  std::uint16_t block_octets_ = 0;
  ImageState state_ = ImageState::none;
};

}  // namespace meter::fw
