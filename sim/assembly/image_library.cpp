// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/assembly/image_library.hpp"

#include <algorithm>
#include <string_view>

#include "kernel/assert.hpp"
#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"
#include "os/files.hpp"
#include "sim/assembly/firmware/firmware.hpp"

namespace sim::run {
namespace {

namespace image = protocol::image;

// The maker's key of this run; another one for signatures that are none.
image::PrivateKey maker_key(const Scenario& scenario, std::uint32_t which) {
  kernel::KeyedStream stream(static_cast<std::uint64_t>(scenario.general.seed), which,
                             kernel::kPurposeImageKey);
  image::PrivateKey key;
  for (std::uint8_t& octet : key) octet = static_cast<std::uint8_t>(stream.next_u32());
  return key;
}

std::string object_of(const Scenario& scenario, const ImageRow& row) {
  return row.file == "builtin" ? row.file : scenario.path_of(row.file);
}

// What the code stands for: the object's octets, or the name of a firmware that is built in.
std::vector<std::uint8_t> stand_in(const std::string& object, const ImageRow& row) {
  std::string octets = row.file == "builtin" ? row.file + row.version : os::read_file(object).text;
  return image::stand_in({reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()},
                         static_cast<std::size_t>(row.size_octets));
}

}  // namespace

FirmwareImages::FirmwareImages(const Scenario& scenario)
    : maker_(image::public_key_of(maker_key(scenario, 0))) {
  for (const ImageRow& row : scenario.hes.images) {
    const std::string object = object_of(scenario, row);
    const auto code = stand_in(object, row);
    const auto key = maker_key(scenario, row.flaw == ImageFlaw::signature ? 1 : 0);
    auto container = image::make_container(name_of(row.variant), row.version, code, key);
    if (row.flaw == ImageFlaw::code) container.back() ^= 1;
    const meter_firmware* const firmware = find_firmware(object, row.variant).firmware;
    TWIN_ASSERT(firmware != nullptr);
    images_.push_back({row.name,
                       std::make_shared<const std::vector<std::uint8_t>>(std::move(container)),
                       image::sha256(code), firmware});
  }
}

const meter_firmware* FirmwareImages::firmware_of(std::span<const std::uint8_t> container,
                                                  const meter_firmware& running) {
  const auto head = image::judge(container, maker_);
  if (!head) return nullptr;
  // One object may serve both variants, so the same code stands there twice.
  const auto is_it = [&](const Image& each) {
    return each.digest == head->code_sha256 && each.firmware->n_elements == running.n_elements;
  };
  const auto found = std::ranges::find_if(images_, is_it);
  return found == images_.end() ? nullptr : found->firmware;
}

const FirmwareImages::Container& FirmwareImages::container_of(const std::string& name) const {
  const auto found = std::ranges::find(images_, name, &Image::name);
  TWIN_ASSERT(found != images_.end());
  return found->container;
}

}  // namespace sim::run
