// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "sim/report/report_line_data.hpp"

namespace sim::result {

// <figure> with the feeders of one concentrator, to scale: cables, modems by level, a line from
// each to its parent in the colour of the link. Empty when no modem has a place.
std::string topology_figure(std::uint32_t concentrator, const LineData::Place& place);

// Class of a link by the worse of its two directions: 0 too weak for any coded scheme, 1 DBPSK_F,
// 2 DQPSK_F, 3 D8PSK_F, 4 D8PSK_F and much to spare; -1 unknown.
int link_class(double snr_down_db, double snr_up_db);

}  // namespace sim::result
