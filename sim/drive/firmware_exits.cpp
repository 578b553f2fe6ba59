// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/firmware_exits.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "sim/drive/firmware_end.hpp"
#include "sim/drive/firmware_guard.hpp"

namespace sim::run {
namespace {

// The C library's, behind ours.
template <typename Function>
Function* next(Function*, const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

void watch_exits() {}

}  // namespace sim::run

#define AMITWIN_IN_FRONT extern "C" __attribute__((visibility("default"), used))

AMITWIN_IN_FRONT void _exit(int code) {
  sim::run::guard_leaving("ended the process");
  sim::run::leave_at_once(code);
}

AMITWIN_IN_FRONT void _Exit(int code) noexcept {
  sim::run::guard_leaving("ended the process");
  sim::run::leave_at_once(code);
}

// Sanitizers have their own in front.
#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__

AMITWIN_IN_FRONT int sigaction(int number, const struct sigaction* action,
                               struct sigaction* before) noexcept {
  if (action != nullptr) sim::run::guard_leaving("took a signal into its own hands");
  static auto* const real = sim::run::next(&::sigaction, "sigaction");
  return real(number, action, before);
}

AMITWIN_IN_FRONT sighandler_t signal(int number, sighandler_t handler) noexcept {
  sim::run::guard_leaving("took a signal into its own hands");
  static auto* const real = sim::run::next(&::signal, "signal");
  return real(number, handler);
}

#endif
