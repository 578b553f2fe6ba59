// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sim::run {

// How long one upcall may take: it takes microseconds; under an emulator or a profiler some hundred
// times that.
struct GuardPatience {
  int processor_s = 5;
  int wall_s = 60;  // of a firmware that waits; time in which the process is stopped is none
};

// From now on a firmware that crashes (signals, a broken assertion), does not return, throws,
// leaves its thread or the process, or takes signals into its own hands is named with device,
// simulated time and upcall on standard error, and the program ends with kFirmware. What crashes
// outside of any firmware is a fault of this program, and ends as it would without; with a guest
// firmware in the process, the last one to run is named as the suspect.
// While a debugger follows, a firmware may take its time. One a process; stays until the end.
//
// Beyond its reach: SIGKILL, a system call made without the C library, another program in place of
// this one (exec).
void guard_firmware(const GuardPatience& patience = {});

// Somebody in this process does that: from within a firmware it is its end.
void guard_leaving(const char* what);

}  // namespace sim::run
