// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/core/meter/image_block.hpp"
#include "protocol/hosted/signed_image/signed_image.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

// The [[image]] rows of a scenario: containers as a head-end hands them out, and what the boot
// loaders of the meters know of them, by the digest of their code.
class FirmwareImages final : public models::ImageLibrary {
 public:
  using Container = std::shared_ptr<const std::vector<std::uint8_t>>;

  explicit FirmwareImages(const Scenario& scenario);

  const meter_firmware* firmware_of(std::span<const std::uint8_t> container,
                                    const meter_firmware& running) override;
  // Of an image that there is.
  const Container& container_of(const std::string& name) const;

 private:
  struct Image {
    std::string name;
    Container container;
    protocol::image::Digest digest;
    const meter_firmware* firmware;
  };
  protocol::image::PublicKey maker_;
  std::vector<Image> images_;
};

}  // namespace sim::run
