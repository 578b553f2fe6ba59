// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cm1/fw/platform.hpp"

namespace cm1::fw {

// What commissioning wrote, kept in flash page 0.
bool save_provision(const Platform& platform, const cm1_provision& provision);
// False when the module was never commissioned or the page is damaged.
bool load_provision(const Platform& platform, cm1_provision& provision);

}  // namespace cm1::fw
