// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "dcu/app/core/core.hpp"
#include "dcu/app/meters/job.hpp"
#include "dcu/app/meters/poller.hpp"
#include "protocol/hosted/p32/report_readings.hpp"
#include "protocol/image/transfer.hpp"

namespace dcu::app {

// A whole container that is what the order says.
struct FetchedImage {
  Octets container;
  protocol::image::Head head;
};

// An image for a meter, and who wants to know what becomes of it.
struct ImageTask {
  std::shared_ptr<const FetchedImage> image;
  std::int64_t activate_at_s = 0;  // 0: when it is verified
  protocol::image::Transfer::Stage stage{};
  MeterIndex meter = kNoMeter;
  std::uint8_t priority = 3;
  std::uint64_t owner = 0;
  UtcNs until = kNever;
  protocol::p32::FirmwareTarget* line = nullptr;  // of the report; outlives the task
  std::function<bool()> wanted;                   // or nobody does any more
  // After each answer. What was sent of the image is durable when it returns.
  std::function<void(protocol::image::Transfer::Stage)> moved;
  std::function<void(std::optional<protocol::p32::Failure>)> over;  // once
};

// Job after job, with pauses in which the meter verifies, waits for its time and starts anew.
void bring_image(Core& core, Poller& poller, ImageTask task);

}  // namespace dcu::app
