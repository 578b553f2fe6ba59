// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "dcu/app/ports/ports.hpp"

namespace dcu::app {

// Keeps the concentrator's clock by the `at` of the head-end's answers. An answer was made between
// the request and its arrival, whatever the way took each time: so each exchange says between which
// bounds our error lies, and all together, widened by what a crystal may drift, say it better than
// the best of them. The clock is stepped when it is known to be wrong, to the middle of the bounds.
class TimeKeeper {
 public:
  // Farther off than this is no drift: somebody's clock is not set, and it need not be ours.
  static constexpr UtcNs kBelieved = 3600 * kNsPerSecond;

  // Sent and received by our clock, `theirs` (whole milliseconds, rounded down) by the head-end's.
  // By how much our clock is to be stepped; nothing: it may be right.
  std::optional<UtcNs> on_answer(UtcNs sent, UtcNs received, UtcNs theirs);

 private:
  struct Bounds {  // of theirs minus ours
    UtcNs least;
    UtcNs most;
  };
  std::optional<Bounds> known_;
  UtcNs known_at_ = 0;
};

}  // namespace dcu::app
