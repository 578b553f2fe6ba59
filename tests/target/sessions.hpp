// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/target/target_meter.hpp"

namespace target {

// An image that serves `owner` from now on. QEMUs are few and start slowly: the one whose last
// init is longest ago changes hands when there are kSessions of an image. Nothing tells when a
// meter is gone, so a test has at most that many alive.
inline constexpr std::size_t kSessions = 6;
TargetMeter& session_for(const std::string& image, const meter_hal* owner);
void end_session(TargetMeter& session);
void end_all_sessions();

}  // namespace target
