// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/report/chart.hpp"
#include "sim/report/report_data.hpp"
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

}  // namespace sim::result
