// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/image/upgrade.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "meter/fw/board/image_slot.hpp"
#include "protocol/crc32.hpp"

namespace meter::fw {
namespace {

// Behind the image, at the end of the slot: what is transferred, a mark for each state that was
// reached, a bit for each block. FF: not yet.
struct TransferHead {
  std::uint32_t magic = 0;
  std::uint32_t image_octets = 0;
  std::uint16_t block_octets = 0;
  std::uint8_t identifier_octets = 0;
  std::uint8_t reserved = 0;
  std::array<std::uint8_t, protocol::image::kMostIdentifierOctets> identifier{};
  std::uint32_t crc = 0;
};
static_assert(sizeof(TransferHead) == 48);
constexpr std::uint32_t kMagic = 0x53474D49;
constexpr std::uint32_t kMarksAt = sizeof(TransferHead);
constexpr std::uint32_t kMapAt = 64;
constexpr std::uint32_t kTailOctets = 1024;
static_assert(kMapAt + Upgrade::kMostBlocks / 8 <= kTailOctets);

constexpr std::size_t kMarks = static_cast<std::size_t>(ImageState::activation_failed) + 1;
static_assert(kMarksAt + kMarks <= kMapAt);

constexpr std::int64_t kSecond_us = 1'000'000;
constexpr std::int64_t kAnswerTime_s = 10;
// Captures are at whole minutes. A reset takes less than this.
constexpr std::int64_t kAside_s = 15;

std::uint32_t tail_of(const Hal& hal) { return ImageSlot(hal).octets() - kTailOctets; }

MutableBytes octets_of(TransferHead& head) {
  return {reinterpret_cast<std::uint8_t*>(&head), sizeof head};
}
std::uint32_t crc_of(TransferHead& head) {
  return protocol::crc32(octets_of(head).first(sizeof head - sizeof head.crc));
}
// What flash reads back of octets that it was to program: all of them; not yet, and once more may
// do; or with bits cleared for nothing, which stay so until the slot is erased.
enum class Programmed : std::uint8_t { whole, not_yet, spoilt };
Programmed program(const Hal& hal, std::uint32_t at, Bytes octets) {
  const ImageSlot slot(hal);
  if (!slot.write(at, octets)) return Programmed::not_yet;
  Programmed result = Programmed::whole;
  std::array<std::uint8_t, 64> back;
  for (std::size_t done = 0; done < octets.size(); done += back.size()) {
    const Bytes part = octets.subspan(done, std::min(back.size(), octets.size() - done));
    if (!slot.read(at + static_cast<std::uint32_t>(done), MutableBytes(back).first(part.size()))) {
      return Programmed::not_yet;
    }
    for (std::size_t k = 0; k < part.size(); ++k) {
      if ((part[k] & ~back[k]) != 0) return Programmed::spoilt;
      if (part[k] != back[k]) result = Programmed::not_yet;
    }
  }
  return result;
}
bool read_transfer(const Hal& hal, TransferHead& head) {
  return ImageSlot(hal).octets() > kTailOctets &&
         ImageSlot(hal).read(tail_of(hal), octets_of(head)) && head.magic == kMagic &&
         head.crc == crc_of(head) && head.block_octets != 0 &&
         head.identifier_octets <= head.identifier.size();
}

}  // namespace

void Upgrade::open(const Hal& hal) {
  *this = {};
  TransferHead head;
  std::array<std::uint8_t, kMarks> marks;
  if (!read_transfer(hal, head) || !ImageSlot(hal).read(tail_of(hal) + kMarksAt, marks)) return;
  image_octets_ = head.image_octets;
  block_octets_ = head.block_octets;
  state_ = ImageState::transfer;
  for (std::size_t k = 0; k < marks.size(); ++k) {
    if (marks[k] == 0) state_ = static_cast<ImageState>(k);
  }
}

bool Upgrade::mark(const Hal& hal, ImageState state) {
  constexpr std::array<std::uint8_t, 1> kReached{0};
  const auto at = tail_of(hal) + kMarksAt + static_cast<std::uint32_t>(state);
  if (!ImageSlot(hal).write(at, kReached)) return false;
  state_ = state;
  return true;
}

std::uint32_t Upgrade::blocks() const {
  return block_octets_ == 0 ? 0 : (image_octets_ + block_octets_ - 1) / block_octets_;
}

bool Upgrade::read_map(const Hal& hal, std::uint32_t first_octet, MutableBytes out) const {
  if (!ImageSlot(hal).read(tail_of(hal) + kMapAt + first_octet, out)) return false;
  for (std::uint8_t& octet : out) octet = static_cast<std::uint8_t>(~octet);
  return true;
}

std::uint32_t Upgrade::first_missing(const Hal& hal) const {
  const std::uint32_t n = blocks();
  std::array<std::uint8_t, 32> map;
  for (std::uint32_t at = 0; at * 8 < n; at += map.size()) {
    if (!read_map(hal, at, map)) return 0;
    for (std::uint32_t k = 0; k < map.size(); ++k) {
      if (map[k] == 0xFF) continue;
      return std::min(n, (at + k) * 8 + static_cast<std::uint32_t>(std::countl_one(map[k])));
    }
  }
  return n;
}

bool Upgrade::read_identifier(const Hal& hal, protocol::image::Identifier& out) const {
  TransferHead head;
  if (!read_transfer(hal, head)) return false;
  out = {head.identifier, head.identifier_octets};
  return true;
}

bool Upgrade::read_head(const Hal& hal, protocol::image::Head& out) {
  std::array<std::uint8_t, protocol::image::kHeadOctets> octets;
  if (!ImageSlot(hal).read(0, octets)) return false;
  const auto decoded = protocol::image::decode(octets);
  if (!decoded.ok()) return false;
  out = *decoded;
  return true;
}

ImageResult Upgrade::initiate(Core& core, Bytes identifier, std::uint32_t image_octets,
                              std::uint16_t block_octets) {
  const Hal& hal = core.hal;
  if (core.settings.transfer_disabled != 0) return ImageResult::disabled;
  if (state_ == ImageState::activating) return ImageResult::not_now;
  TransferHead head;
  const bool fits = ImageSlot(hal).octets() > kTailOctets &&
                    image_octets > protocol::image::kHeadOctets &&
                    image_octets <= ImageSlot(hal).octets() - kTailOctets && block_octets != 0 &&
                    (image_octets - 1) / block_octets < kMostBlocks && !identifier.empty() &&
                    identifier.size() <= head.identifier.size();
  if (!fits) return ImageResult::wrong;
  const bool known = read_transfer(hal, head);
  const bool same = known && state_ == ImageState::transfer && head.image_octets == image_octets &&
                    head.block_octets == block_octets &&
                    std::equal(identifier.begin(), identifier.end(), head.identifier.begin(),
                               head.identifier.begin() + head.identifier_octets);
  if (same) return ImageResult::done;
  // What was there is none any more before the first of its octets goes.
  if (known) {
    const std::array<std::uint8_t, sizeof head.magic> none{};
    if (!ImageSlot(hal).write(tail_of(hal), none)) return ImageResult::flash_refused;
  }
  *this = {};
  head = {kMagic, image_octets, block_octets, static_cast<std::uint8_t>(identifier.size()), 0, {},
          0};
  std::copy(identifier.begin(), identifier.end(), head.identifier.begin());
  head.crc = crc_of(head);
  if (!ImageSlot(hal).erase() || program(hal, tail_of(hal), octets_of(head)) != Programmed::whole) {
    return ImageResult::flash_refused;
  }
  image_octets_ = image_octets;
  block_octets_ = block_octets;
  state_ = ImageState::transfer;
  return ImageResult::done;
}

// The block first, then its bit: one that was cut is programmed once more with the same octets.
ImageResult Upgrade::take_block(const Core& core, std::uint32_t number, Bytes octets) {
  const Hal& hal = core.hal;
  if (core.settings.transfer_disabled != 0) return ImageResult::disabled;
  if (state_ != ImageState::transfer) return ImageResult::not_now;
  if (number >= blocks()) return ImageResult::wrong;
  const std::uint32_t at = number * block_octets_;
  if (octets.size() != std::min<std::uint32_t>(block_octets_, image_octets_ - at)) {
    return ImageResult::wrong;
  }
  const std::uint32_t place = tail_of(hal) + kMapAt + number / 8;
  const auto bit = static_cast<std::uint8_t>(0x80u >> number % 8);
  std::array<std::uint8_t, 1> map;
  if (!ImageSlot(hal).read(place, map)) return ImageResult::flash_refused;
  if ((map[0] & bit) == 0) return ImageResult::done;  // it came before, and its answer was lost
  map[0] &= static_cast<std::uint8_t>(~bit);
  Programmed programmed = program(hal, at, octets);
  if (programmed == Programmed::whole) programmed = program(hal, place, map);
  if (programmed == Programmed::whole) return ImageResult::done;
  // The same image, said again, begins anew then.
  if (programmed == Programmed::spoilt) mark(hal, ImageState::refused);
  return ImageResult::flash_refused;
}

bool Upgrade::is_for_us(const Core& core) const {
  protocol::image::Head head;
  if (!read_head(core.hal, head)) return false;
  const char* const model = core.n_elements == 1 ? "AD11A" : "AD13A";
  return std::strncmp(head.variant.data(), model, head.variant.size()) == 0 &&
         head.code_octets <= image_octets_ - protocol::image::kHeadOctets;
}

ImageResult Upgrade::verify(Core& core) {
  if (state_ == ImageState::verified) return ImageResult::done;
  if (state_ != ImageState::transfer || first_missing(core.hal) < blocks()) {
    return ImageResult::not_now;
  }
  core.hal.work(METER_WORK_CRYPTO, image_octets_);
  const bool good = is_for_us(core) && ImageSlot(core.hal).verify(image_octets_);
  if (!mark(core.hal, good ? ImageState::verified : ImageState::refused)) {
    return ImageResult::flash_refused;
  }
  core.note(good ? EventCode::firmware_ready : EventCode::firmware_verification_failed);
  return good ? ImageResult::done : ImageResult::wrong;
}

ImageResult Upgrade::activate(Core& core, Deadlines& deadlines) {
  if (core.settings.transfer_disabled != 0) return ImageResult::disabled;
  if (state_ == ImageState::activating) return ImageResult::done;
  if (state_ != ImageState::verified) return ImageResult::not_now;
  if (!mark(core.hal, ImageState::activating)) return ImageResult::flash_refused;
  arm(core, deadlines);
  return ImageResult::done;
}

bool Upgrade::schedule(Core& core, const Upgrade& upgrade, Deadlines& deadlines,
                       std::uint32_t utc_s) {
  Settings next = core.settings;
  next.activate_at_s = utc_s;
  if (!core.change_settings(next)) return false;
  upgrade.arm(core, deadlines);
  return true;
}

// The clock may be set in between, so a far instant is looked at once a minute.
void Upgrade::arm(const Core& core, Deadlines& deadlines) const {
  constexpr std::int64_t kLook_s = 60;
  std::int64_t in_s = kNever;
  if (core.settings.activate_at_s != 0) {
    const std::int64_t left_s = core.settings.activate_at_s - core.clock.utc_s(core.hal);
    in_s = std::clamp<std::int64_t>(left_s, 1, kLook_s);
  }
  if (state_ == ImageState::activating) {
    const std::int64_t second = (core.clock.utc_s(core.hal) + kAnswerTime_s) % 60;
    const std::int64_t aside_s = std::clamp<std::int64_t>(second, kAside_s, 60 - kAside_s);
    in_s = kAnswerTime_s + (aside_s >= second ? aside_s - second : 60 + kAside_s - second);
  }
  if (in_s == kNever) return;
  deadlines.set(core.hal, Deadline::image, core.hal.uptime_us() + in_s * kSecond_us);
}

void Upgrade::on_time(Core& core, Deadlines& deadlines) {
  if (state_ == ImageState::activating) return hand_over(core, deadlines);
  const std::uint32_t at_s = core.settings.activate_at_s;
  if (at_s != 0 && core.clock.utc_s(core.hal) >= at_s) {
    Settings next = core.settings;
    next.activate_at_s = 0;
    if (core.store_settings(next)) static_cast<void>(activate(core, deadlines));
  }
  arm(core, deadlines);
}

// Registers go into flash first, should the other firmware keep them elsewhere in RAM. The reset
// comes when this upcall is over.
void Upgrade::hand_over(Core& core, Deadlines& deadlines) {
  if (!core.durable.checkpoint(core.hal, core.parameters)) return arm(core, deadlines);
  if (ImageSlot(core.hal).activate()) return;
  if (mark(core.hal, ImageState::activation_failed)) {
    core.note(EventCode::firmware_verification_failed);
  }
}

// Marked first: a cut in between leaves an image that is not confirmed, and its mark is outdone.
bool Upgrade::confirm(const Core& core, bool state_known) {
  const bool good =
      core.provisioned && state_known && !core.parameters.failed() && !core.calendar.failed();
  if (!good) return false;
  open(core.hal);
  if (state_ == ImageState::activating) mark(core.hal, ImageState::activated);
  ImageSlot(core.hal).confirm();
  return true;
}

void Upgrade::boot(Core& core, Deadlines& deadlines, meter_boot_reason reason) {
  open(core.hal);
  if (reason == METER_BOOT_IMAGE_BEFORE) {
    core.note(EventCode::firmware_rolled_back);
    if (state_ != ImageState::none) mark(core.hal, ImageState::activation_failed);
  }
  arm(core, deadlines);
}

}  // namespace meter::fw
