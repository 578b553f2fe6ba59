// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sim::run {

// A VCD file that SystemC has closed: its date becomes the scenario's start, as nothing of a run
// depends on when it was made. A sentence when the file did not get whole to the disk.
std::string finish_trace(const std::string& path, const std::string& date);

}  // namespace sim::run
