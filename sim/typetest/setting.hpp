// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/typetest/bench_meter.hpp"
#include "sim/typetest/wave/load.hpp"

namespace sim::typetest {

// The functions at the terminals, as the converters of the meters see them.
Setting setting_of(const Circuit& circuit, const Truth& truth, double frequency_hz, double celsius);

}  // namespace sim::typetest
