// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sim/assembly/home.hpp"
#include "sim/result/kpi.hpp"
#include "sim/result/writer.hpp"

namespace sim::run {

// Whether an image goes to this meter in the course of the scenario.
bool is_given_an_image(const Scenario& scenario, std::uint32_t meter);

// What a meter must run at the end, from the scenario alone: the last image that is good, is for
// its model and is kept. Empty: the last order is too young for a verdict.
std::string expected_revision(const Scenario& scenario, const Home& home, kernel::TimeNs end);

// Compares it with what the meter runs, what it says (`says`) and what the head-end read back.
void judge_firmware(const Scenario& scenario, const Home& home, const std::string& says,
                    kernel::TimeNs end, result::ResultWriter& writer, result::RunFigures& figures);

}  // namespace sim::run
