// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/wall.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>

namespace sim::run {
namespace {

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

rusage usage() {
  rusage figures{};
  getrusage(RUSAGE_SELF, &figures);
  return figures;
}

}  // namespace

Stopwatch::Stopwatch() : start_ns_(now_ns()) {}

double Stopwatch::elapsed_s() const { return 1e-9 * static_cast<double>(now_ns() - start_ns_); }

double process_cpu_s() {
  const rusage figures = usage();
  return seconds(figures.ru_utime) + seconds(figures.ru_stime);
}

std::uint64_t peak_rss_bytes() {
  return static_cast<std::uint64_t>(usage().ru_maxrss) * 1024u;  // Linux counts KiB
}

namespace {

std::string clock_text(double seconds) {
  const auto total = static_cast<long>(seconds);
  return fmt::format("{:02}:{:02}:{:02}", total / 3600, total / 60 % 60, total % 60);
}

}  // namespace

Progress::Progress(kernel::TimeNs end, bool enabled)
    : end_(end), enabled_(enabled && isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() { done(); }

void Progress::show(kernel::TimeNs now) {
  if (!enabled_) return;
  const double elapsed_s = stopwatch_.elapsed_s();
  if (elapsed_s - last_s_ < 0.1 && now < end_) return;
  last_s_ = elapsed_s;
  drawn_ = true;
  constexpr int kWidth = 30;
  const double share = end_ > 0 ? static_cast<double>(now) / static_cast<double>(end_) : 1;
  const int filled = static_cast<int>(share * kWidth);
  const double now_s = 1e-9 * static_cast<double>(now);
  const double left_s = share > 0 ? elapsed_s * (1 - share) / share : 0;
  fmt::print(stderr, "\r[{}{}] {:3.0f} %  simulated {}  {:.0f}x  {} left \x1b[K",
             std::string(static_cast<std::size_t>(filled), '#'),
             std::string(static_cast<std::size_t>(kWidth - filled), '.'), 100 * share,
             clock_text(now_s), elapsed_s > 0 ? now_s / elapsed_s : 0, clock_text(left_s));
  std::fflush(stderr);
}

void Progress::done() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
  drawn_ = false;
}

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
