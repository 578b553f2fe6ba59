// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/report/chart.hpp"
#include "sim/report/report_data.hpp"
#include "sim/report/report_line_data.hpp"
#include "sim/report/summary.hpp"

namespace sim::result {

// report.html of a result file: one self-contained page. Speed and cost are shown when a
// summary.json of the same digest lies beside the result. The error, or nothing.
std::optional<std::string> write_report(const std::string& result_path,
                                        const std::string& report_path);

// The parts of the page.
std::string report_page(const ReportData& data, const std::string& digest,
                        const std::optional<Summary>& machine);
std::vector<Chart> report_charts(const ReportData& data);
// Only those whose tables have rows.
std::vector<Chart> line_charts(const ReportData& data);
const char* report_style();

// <figure> with the feeders of one concentrator, to scale: cables, modems by level, a line from
// each to its parent in the colour of the link. Empty when no modem has a place.
std::string topology_figure(std::uint32_t concentrator, const LineData::Place& place);

// A picture of what each display showed when somebody looked; empty when nobody did.
std::string display_figures(const ReportData& data);

// How the errors of each register are spread over the fleet, beside their limits; empty without.
std::string error_figures(const ReportData& data);

// "15 Jan 06:00", so long after the start; a dash for never.
std::string at(const ReportData& data, double t_s);
// Movements of relays with the times between which they must be; test outputs, watch by watch;
// sags, swells and outages as meters and head-end hold them. Empty where there is nothing.
std::string relay_moves(const ReportData& data);
std::string test_outputs(const ReportData& data);
std::string variations(const ReportData& data);
std::string firmwares(const ReportData& data);  // of meters that were given an image

// Class of a link by the worse of its two directions: 0 too weak for any coded scheme, 1 DBPSK_F,
// 2 DQPSK_F, 3 D8PSK_F, 4 D8PSK_F and much to spare; -1 unknown.
int link_class(double snr_down_db, double snr_up_db);

}  // namespace sim::result
