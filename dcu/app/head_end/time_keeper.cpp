// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/head_end/time_keeper.hpp"

#include <algorithm>

namespace dcu::app {
namespace {

// Ours and theirs against each other.
constexpr std::int64_t kDriftPpm = 100;
constexpr UtcNs kResolution = 1'000'000;

}  // namespace

std::optional<UtcNs> TimeKeeper::on_answer(UtcNs sent, UtcNs received, UtcNs theirs) {
  if (received < sent || std::max(theirs, sent) - std::min(theirs, sent) > kBelieved) {
    return std::nullopt;
  }
  Bounds bounds{theirs - received, theirs + kResolution - sent};
  if (known_) {
    const UtcNs drift = std::max<UtcNs>(0, received - known_at_) / 1'000'000 * kDriftPpm;
    const Bounds both{std::max(bounds.least, known_->least - drift),
                      std::min(bounds.most, known_->most + drift)};
    if (both.least <= both.most) bounds = both;  // else the head-end's clock was set meanwhile
  }
  known_ = bounds;
  known_at_ = received;
  if (bounds.least <= 0 && bounds.most >= 0) return std::nullopt;
  const UtcNs by = bounds.least + (bounds.most - bounds.least) / 2;
  known_ = Bounds{bounds.least - by, bounds.most - by};
  known_at_ += by;
  return by;
}

}  // namespace dcu::app
