// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "plc-channel/feeder/feeder.hpp"

namespace plc {

// The network drawn to scale: cables, meters by phase, substation. docs/plc-feeder.svg is one.
std::string feeder_svg(const Feeder& feeder);

}  // namespace plc
