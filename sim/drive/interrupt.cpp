// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/interrupt.hpp"

#include <unistd.h>

#include <cstddef>

#include "sim/drive/firmware_end.hpp"

namespace sim::run {
namespace {

// A signal handler can reach nothing but a global.
volatile std::sig_atomic_t noted = 0;
volatile std::uint64_t count_when_noted = 0;

void note(int signal, siginfo_t* info, void*) {
  using models::FirmwareCall;
  const FirmwareCall::Record* const call = FirmwareCall::current();
  if (call != nullptr && info->si_code <= 0 && info->si_pid == ::getpid()) {
    end_by_firmware(*call, "raised ",
                    signal == SIGINT    ? "SIGINT"
                    : signal == SIGTERM ? "SIGTERM"
                                        : "SIGHUP");
  }
  const std::uint64_t count = FirmwareCall::count();
  if (noted != 0) end_interrupted(count == count_when_noted ? call : nullptr);
  count_when_noted = count;
  noted = 1;
}

}  // namespace

InterruptGuard::InterruptGuard() {
  noted = 0;
  struct sigaction action {};
  action.sa_sigaction = note;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (const int signal : before_.heard()) sigaction(signal, &action, nullptr);
}

InterruptGuard::~InterruptGuard() { before_.restore(); }

bool InterruptGuard::interrupted() const { return noted != 0; }

}  // namespace sim::run
