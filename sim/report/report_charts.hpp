// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sim/report/chart.hpp"
#include "sim/report/report_data.hpp"

namespace sim::result {

inline constexpr double kHourS = 3600;
inline constexpr std::size_t kMaxPoints = 1500;  // more than a screen has pixels is waste

Range time_range(const ReportData& data);
// Hours one bar stands for, so that a year still has bars and not hairs.
std::size_t hours_a_bar(std::size_t hours);
// Shades the times of this type of event.
void mark_outages(const ReportData& data, const std::string& type, const std::string& label,
                  Chart& chart);

Chart success_after_capture(const ReportData& data);
Chart success_by_hour(const ReportData& data);

}  // namespace sim::result
