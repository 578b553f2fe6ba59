// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "hes-stub/meters/session.hpp"

namespace hes {

// The clock of a meter, class 8, Blue Book 4.5.1.
inline constexpr std::int64_t kMaxShiftS = 900;

// What the meter answered to a GET of its time, minus ours in the middle between request and
// answer. False: it says no time.
bool read_deviation(const Context& context, const Session& session, protocol::Bytes value,
                    UtcNs& deviation);
Progress get_time(Session& session);
Progress set_time(const Context& context, Session& session, std::int64_t utc_s);
Progress shift_time(Session& session, std::int64_t by_s);

}  // namespace hes
