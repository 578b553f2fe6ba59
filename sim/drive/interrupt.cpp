// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/interrupt.hpp"

#include <cstddef>

namespace sim::run {
namespace {

// A signal handler can reach nothing but a global.
volatile std::sig_atomic_t noted = 0;
void note(int /*signal*/) { noted = 1; }

}  // namespace

InterruptGuard::InterruptGuard() {
  noted = 0;
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (std::size_t i = 0; i < 3; ++i) {
    sigaction(kSignals[i], nullptr, &old_[i]);
    // Whoever started us may have asked for deafness (nohup, a shell's background).
    if (old_[i].sa_handler != SIG_IGN) sigaction(kSignals[i], &action, nullptr);
  }
}

InterruptGuard::~InterruptGuard() {
  for (std::size_t i = 0; i < 3; ++i) sigaction(kSignals[i], &old_[i], nullptr);
}

bool InterruptGuard::interrupted() const { return noted != 0; }

}  // namespace sim::run
