// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "meter/fw/cosem/behaviour.hpp"

namespace meter::fw {
namespace {

using classes::ImageTransfer;

// What an action carries besides the block, ciphered, and a power of two of room for odd headers.
constexpr std::uint16_t kAround_octets = 64;
constexpr std::uint16_t kGrain_octets = 32;

// As much as one APDU to this port takes.
std::uint16_t block_octets_for(const Visit& visit) {
  const int room = visit.max_pdu_octets - kAround_octets;
  return static_cast<std::uint16_t>(room / kGrain_octets * kGrain_octets);
}

AccessResult result_of(ImageResult result) {
  switch (result) {
    case ImageResult::done:
      return AccessResult::success;
    case ImageResult::disabled:
      return AccessResult::read_write_denied;
    case ImageResult::not_now:
      return AccessResult::temporary_failure;
    case ImageResult::wrong:
      return AccessResult::other_reason;
    case ImageResult::flash_refused:
      return AccessResult::hardware_fault;
  }
  return AccessResult::other_reason;
}

void put_blocks(const Context& context, Slice& slice) {
  const Upgrade& upgrade = context.parts.upgrade;
  std::array<std::uint8_t, 64> octets;
  Writer head{octets};
  axdr::put_tag(axdr::Tag::bit_string, head);
  axdr::put_length(upgrade.blocks(), head);
  slice.put(head.written());
  const std::uint32_t n = (upgrade.blocks() + 7) / 8;
  for (std::uint32_t at = 0; at < n && !slice.full(); at += octets.size()) {
    const MutableBytes part =
        MutableBytes(octets).first(std::min<std::size_t>(octets.size(), n - at));
    if (!upgrade.read_map(context.parts.core.hal, at, part)) std::fill(part.begin(), part.end(), 0);
    slice.put(part);
  }
}

// One image, and only one that was found good.
void put_to_activate(const Context& context, Writer& out) {
  const Upgrade& upgrade = context.parts.upgrade;
  const Hal& hal = context.parts.core.hal;
  const ImageState state = upgrade.state();
  protocol::image::Identifier name;
  protocol::image::Head head;
  const bool good = state >= ImageState::verified && state != ImageState::refused &&
                    upgrade.read_identifier(hal, name) && Upgrade::read_head(hal, head);
  axdr::begin_array(good ? 1 : 0, out);
  if (!good) return;
  axdr::begin_structure(3, out);
  axdr::put_double_long_unsigned(upgrade.image_octets(), out);
  axdr::put_octet_string(name.bytes(), out);
  axdr::put_octet_string(head.signature, out);
}

ImageResult initiate(Context& context, axdr::Cursor in) {
  in.structure(2);
  const Bytes identifier = in.octet_string();
  const std::uint64_t octets = in.unsigned_number();
  if (!in.at_end() || octets > UINT32_MAX) return ImageResult::wrong;
  return context.parts.upgrade.initiate(context.parts.core, identifier,
                                        static_cast<std::uint32_t>(octets),
                                        block_octets_for(context.visit));
}

ImageResult take_block(Context& context, axdr::Cursor in) {
  in.structure(2);
  const std::uint64_t number = in.unsigned_number();
  const Bytes octets = in.octet_string();
  if (!in.at_end() || number > UINT32_MAX) return ImageResult::wrong;
  return context.parts.upgrade.take_block(context.parts.core, static_cast<std::uint32_t>(number),
                                          octets);
}

}  // namespace

template <>
void Behaviour<ImageTransfer>::get(const Context& context, const Object&, std::int8_t attribute,
                                   Answer& answer) {
  const Upgrade& upgrade = context.parts.upgrade;
  const Core& core = context.parts.core;
  Writer& out = answer.value;
  switch (attribute) {
    case ImageTransfer::kImageBlockSize: {
      const std::uint16_t octets = upgrade.block_octets();
      return axdr::put_double_long_unsigned(octets != 0 ? octets : block_octets_for(context.visit),
                                            out);
    }
    case ImageTransfer::kImageTransferredBlocksStatus:
      return put_blocks(context, answer.slice);
    case ImageTransfer::kImageFirstNotTransferredBlockNumber:
      return axdr::put_double_long_unsigned(upgrade.first_missing(core.hal), out);
    case ImageTransfer::kImageTransferEnabled:
      return axdr::put_boolean(core.settings.transfer_disabled == 0, out);
    case ImageTransfer::kImageTransferStatus:
      return axdr::put_enum(static_cast<std::uint8_t>(upgrade.state()), out);
    case ImageTransfer::kImageToActivateInfo:
      return put_to_activate(context, out);
  }
}

template <>
AccessResult Behaviour<ImageTransfer>::set(Context& context, const Object&, std::int8_t,
                                           Bytes value) {
  Core& core = context.parts.core;
  Settings next = core.settings;
  next.transfer_disabled = axdr::Cursor(value).boolean() ? 0 : 1;
  return core.change_settings(next) ? AccessResult::success : AccessResult::hardware_fault;
}

AccessResult image_does(Parts& parts) {
  return result_of(parts.upgrade.activate(parts.core, parts.deadlines));
}

template <>
AccessResult Behaviour<ImageTransfer>::act(Context& context, const Object&, std::int8_t method,
                                           Bytes parameter) {
  switch (method) {
    case ImageTransfer::kImageTransferInitiate:
      return result_of(initiate(context, axdr::Cursor(parameter)));
    case ImageTransfer::kImageBlockTransfer:
      return result_of(take_block(context, axdr::Cursor(parameter)));
    case ImageTransfer::kImageVerify:
      return result_of(context.parts.upgrade.verify(context.parts.core));
    case ImageTransfer::kImageActivate:
      return image_does(context.parts);
  }
  return AccessResult::read_write_denied;
}

}  // namespace meter::fw
