// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cm1/hal/cm1_hal.h"

// The firmware built into this program.
extern "C" const struct cm1_firmware* cm1_builtin_firmware(void);
