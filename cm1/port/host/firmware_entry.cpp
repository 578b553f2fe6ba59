// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "cm1/fw/entry.hpp"

// CM1_FIRMWARE_ENTRY: what the loader looks for.
extern "C" __attribute__((visibility("default"))) const struct cm1_firmware* cm1_firmware_entry(
    void) {
  return cm1_builtin_firmware();
}
