// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <vector>

#include "sim/report/chart.hpp"
#include "sim/report/report_data.hpp"

namespace sim::result {

inline constexpr double kHourS = 3600;
inline constexpr std::size_t kMaxPoints = 1500;  // more than a screen has pixels is waste

// A chart over the time of the run.
Chart over_time(const ReportData& data, const std::string& title, const std::string& y_label,
                Quantity y_quantity = Quantity::plain);
// Hours one bar stands for, so that a year still has bars and not hairs.
std::size_t hours_a_bar(std::size_t hours);
// Shades the times of this type of event.
void mark_outages(const ReportData& data, const std::string& type, const std::string& label,
                  Chart& chart);

// Figures by hour, drawn on top of each other.
struct Stack {
  std::string name;
  int colour;
  std::vector<double> hours;
  double sum() const;
};
// The largest first; what has no colour of its own goes together.
std::vector<Stack> main_stacks(const LineData::Counts& counts, const std::array<int, 6>& colours);
// Bars of the stacks; with `whole` (by hour) they show their share of it. The axis says what a bar
// stands for where its label is empty.
void stack_bars(const std::vector<Stack>& stacks, const std::vector<double>* whole, Chart& chart);
// Puts each stack's sum to its name in the legend.
void name_sums(const std::vector<Stack>& stacks, Chart& chart);

Chart success_after_capture(const ReportData& data);
Chart success_by_hour(const ReportData& data);
Chart latency(const ReportData& data);
Chart latency_by_hour(const ReportData& data);

}  // namespace sim::result
