// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The product's firmware with a sag's threshold 20 V too low, or that waits a second before it
// tells one.
#include "meter/fw/quality/variations.hpp"

#if MUTANT == 1
#define sag_dv sag_dv - 200
#else
#define sag_s sag_s + 1
#endif
#include "meter/fw/quality/variations.cpp"
