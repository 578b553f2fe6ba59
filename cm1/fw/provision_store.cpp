// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "cm1/fw/provision_store.hpp"

#include <array>
#include <cstring>
#include <type_traits>

#include "protocol/crc32.hpp"

namespace cm1::fw {
namespace {

constexpr std::uint32_t kPage = 0;
constexpr std::uint32_t kMagic = 0x434D3150;  // "CM1P"
constexpr std::size_t kSize = sizeof(cm1_provision);
static_assert(std::is_trivially_copyable_v<cm1_provision>);
using Image = std::array<std::uint8_t, 8 + kSize>;  // magic, CRC, the structure as it is

std::uint32_t checksum(const Image& image) { return protocol::crc32(Bytes(image).subspan(8)); }

}  // namespace

bool save_provision(const Platform& platform, const cm1_provision& provision) {
  Image image;
  std::memcpy(image.data() + 8, &provision, kSize);
  protocol::Writer out(MutableBytes(image).first(8));
  out.u32(kMagic);
  out.u32(checksum(image));
  return platform.flash_erase(kPage) && platform.flash_write(kPage * CM1_FLASH_PAGE_BYTES, image);
}

bool load_provision(const Platform& platform, cm1_provision& provision) {
  Image image;
  if (!platform.flash_read(kPage * CM1_FLASH_PAGE_BYTES, image)) return false;
  protocol::Reader in(image);
  if (in.u32() != kMagic || in.u32() != checksum(image)) return false;
  std::memcpy(&provision, image.data() + 8, kSize);
  // Texts end inside their fields whatever wrote them.
  provision.apn[sizeof provision.apn - 1] = '\0';
  provision.head_end_host[sizeof provision.head_end_host - 1] = '\0';
  return true;
}

}  // namespace cm1::fw
