// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/pacer.hpp"

#include <algorithm>
#include <csignal>

#include "sim/drive/wall.hpp"

namespace sim::run {
namespace {

constexpr int kSliceMs = 5;  // how long an octet from outside may wait before it is simulated

// A signal handler can reach nothing but a global; this is the program's only one.
volatile std::sig_atomic_t interrupted = 0;
void interrupt(int /*signal*/) { interrupted = 1; }

class SignalGuard {
 public:
  SignalGuard() {
    interrupted = 0;
    old_int_ = std::signal(SIGINT, interrupt);
    old_term_ = std::signal(SIGTERM, interrupt);
  }
  ~SignalGuard() {
    std::signal(SIGINT, old_int_);
    std::signal(SIGTERM, old_term_);
  }
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;

 private:
  using Handler = void (*)(int);
  Handler old_int_;
  Handler old_term_;
};

}  // namespace

PaceFigures run_paced(World& world, PacedGateway& gateway, double speed, kernel::TimeNs end,
                      const std::function<void(kernel::TimeNs)>& each) {
  const SignalGuard guard;
  PaceFigures figures;
  const Stopwatch stopwatch;
  while (world.now() < end && interrupted == 0) {
    gateway.poll(kSliceMs);
    const double due_s = stopwatch.elapsed_s() * speed;
    const kernel::TimeNs due =
        std::min(static_cast<kernel::TimeNs>(due_s * kernel::kNsPerSecond), end);
    world.run_until(std::max(due, world.now()));
    ++figures.slices;
    const double behind_s = stopwatch.elapsed_s() - due_s / speed;
    if (behind_s > 2e-3 * kSliceMs) {
      ++figures.late;
      figures.worst_late_s = std::max(figures.worst_late_s, behind_s);
    }
    each(world.now());
  }
  figures.interrupted = interrupted != 0;
  return figures;
}

}  // namespace sim::run
