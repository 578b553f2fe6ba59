// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "models/core/parts/firmware_call.hpp"

namespace sim::run {

// The end of a program whose firmware gave it one: a sentence, the files that were prepared for
// that, and out. Nothing is unwound and no destructor runs: the stack and the heap may be what the
// firmware broke. All of it may be called from a signal handler and from another thread.

// "meter 2: its firmware WHAT DETAIL in UPCALL, at T of simulated time", kFirmware.
[[noreturn]] void end_by_firmware(const models::FirmwareCall::Record& call, const char* what,
                                  const char* detail = "");
// The machine has no memory left, kEnvironment; nobody's fault that was in `call`.
[[noreturn]] void end_without_memory(const models::FirmwareCall::Record& call);
// Not even the call can be read any more.
[[noreturn]] void end_by_broken_memory();
// A second signal: somebody wants it to end, and it does not. kInterrupted; `stuck`: the call that
// went on all the time, nullptr: none.
[[noreturn]] void end_interrupted(const models::FirmwareCall::Record* stuck);
// This program crashed, outside of any firmware. Returns unless a guest firmware was loaded, which
// is then the first suspect (kFirmware).
void tell_own_crash(const char* signal, const void* address);

// Past every hook of this process.
[[noreturn]] void leave_at_once(int code);

// ---- Prepared in good time ----

// What else is said then: what a run has left, and the `amitwin debug` that leads to the place
// (--meter, --until and --upcall are added). Cut at some 1 000 octets.
void set_firmware_hint(const std::string& left, const std::string& debug_line);

// A file that is written then: `text` with kSentence replaced by the sentence, plain enough for
// XML and JSON, and kSimulatedS by the seconds of simulated time. Two at most; an empty path: none.
inline constexpr char kSentence = '\x01';
inline constexpr char kSimulatedS = '\x02';
void set_firmware_file(std::size_t which, const std::string& path, const std::string& text);

}  // namespace sim::run
