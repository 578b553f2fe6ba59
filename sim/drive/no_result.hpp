// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sim/drive/run.hpp"

namespace sim::run {

// All there is to say of a run that a firmware ended: what was known before it began, and why. Its
// expectations are open.
result::Summary summary_of_none(const Scenario& scenario, const RunOptions& options,
                                const std::string& error);

// summary.json and junit.xml of such a run must be ready before it: whoever finds a firmware at
// fault can write, but not put together. Until the real ones are written.
void prepare_summary_files(const Scenario& scenario, const RunOptions& options);
void forget_summary_files();

}  // namespace sim::run
