// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "models/core/load/calendar.hpp"

namespace models {

// Shape of the German standard load profile of households (H0, BDEW 1999), condensed to hours: mean
// power of each hour over the mean of the day, for a day of the year.
using HourlyShape = std::array<double, 24>;
HourlyShape h0_shape(DayType type, int day_of_year);

// Energy of the day over that of the year's mean day: season times kind of day.
double h0_day_factor(DayType type, int day_of_year);

// 1 in mid-winter, 0 in mid-summer.
double winter_share(int day_of_year);

}  // namespace models
