// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "plc-channel/feeder/feeder.hpp"

namespace plc {

// The files of the IEEE European Low Voltage Test Feeder, OpenDSS syntax, as text.
struct IeeeFeederFiles {
  std::string lines;        // Lines.txt
  std::string line_codes;   // LineCode.txt
  std::string coordinates;  // Buscoords.txt
  std::string loads;        // Loads.txt
};

// Its 906 buses and 55 single-phase loads. The data has no capacitance: that of NAYY 4x150 is
// taken. False, with a reason in `error`: not that data.
bool read_ieee_feeder(const IeeeFeederFiles& files, std::uint64_t seed, Feeder& out,
                      std::string& error);

}  // namespace plc
