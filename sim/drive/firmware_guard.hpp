// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sim::run {

// From its construction on, a firmware (of meters and modules, the concentrator's program) that
// crashes (signals, a broken assertion), throws an exception, does not return from an upcall for
// some seconds of processor time, or ends the process from within, is named with device, simulated
// time and upcall on standard error, and the program ends with kFirmware. What crashes outside of
// any firmware is a fault of this program, and ends as it would without.
// One a process; stays until the end.
void guard_firmware();

// What else the guard says then: what a run has left, and the arguments of `amitwin debug` that
// lead to the place (the guard adds --meter and --until). Cut at some 1 000 octets.
void set_firmware_hint(const std::string& left, const std::string& debug_arguments);

}  // namespace sim::run
