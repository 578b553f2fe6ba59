// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// A firmware whose limiter acts LATE_S seconds after it should, or as good as never. All else is
// the product's.
#include "meter/fw/limits/limits.hpp"

#define over_s over_s + LATE_S
#include "meter/fw/limits/limits.cpp"
