// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/wall.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "os/program.hpp"

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

std::string clock_text(kernel::TimeNs time) {
  const auto total = time / kernel::kNsPerSecond;
  return fmt::format("{:02}:{:02}:{:02}", total / 3600, total / 60 % 60, total % 60);
}

std::size_t terminal_columns(int descriptor) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

// The bar takes what the figures leave of the line, and gives way when that is little.
std::string progress_text(double share, kernel::TimeNs now, double speedup, double left_s,
                          std::size_t columns) {
  const std::string percent = fmt::format("{:3.0f} %", 100 * share);
  const std::string left = clock_text(static_cast<kernel::TimeNs>(left_s * kernel::kNsPerSecond));
  std::string text =
      fmt::format("{}  simulated {}  {:.0f}x  {} left", percent, clock_text(now), speedup, left);
  constexpr std::size_t kLongestBar = 40, kShortestBar = 8;
  constexpr std::size_t kFrame = 4;  // brackets, a blank, and the last column that would wrap
  if (text.size() + kFrame + kShortestBar > columns) {
    text = fmt::format("{} {} left", percent, left);
  }
  if (text.size() + kFrame + kShortestBar > columns) {
    return text.substr(0, columns > 0 ? columns - 1 : 0);
  }
  const std::size_t width = std::min(kLongestBar, columns - text.size() - kFrame);
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(width));
  return fmt::format("[{:.<{}}] {}", std::string(filled, '#'), width, text);
}

Progress::Progress(kernel::TimeNs end, bool enabled)
    : end_(end), enabled_(enabled && isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() { done(); }

void Progress::show(kernel::TimeNs now) {
  if (!enabled_) return;
  const double elapsed_s = stopwatch_.elapsed_s();
  if (elapsed_s - last_s_ < 0.1 && now < end_) return;
  last_s_ = elapsed_s;
  drawn_ = true;
  const double share = end_ > 0 ? static_cast<double>(now) / static_cast<double>(end_) : 1;
  const double now_s = 1e-9 * static_cast<double>(now);
  const double left_s = share > 0 ? elapsed_s * (1 - share) / share : 0;
  const double speedup = elapsed_s > 0 ? now_s / elapsed_s : 0;
  os::draw("\r" + progress_text(share, now, speedup, left_s, terminal_columns(STDERR_FILENO)) +
           "\x1b[K");
}

void Progress::done() {
  if (drawn_) os::draw("\r\x1b[K");
  drawn_ = false;
}

namespace {

constexpr int kSliceMs = 5;  // how long an octet from outside may wait before it is simulated
// A machine that is behind catches up in steps of this, so that sockets are still served.
constexpr double kLongestStepS = 0.05;
// What a client would take for a silent meter; and the share of the time that may be like that
// before the run says more of the machine than of the system.
constexpr double kOutOfStepS = 1;
constexpr double kMostOutOfStep = 0.05;

}  // namespace

PaceFigures run_paced(World& world, PacedGateway& gateway, double speed, kernel::TimeNs end,
                      const InterruptGuard& stop, const std::function<void(kernel::TimeNs)>& each) {
  PaceFigures figures;
  const Stopwatch stopwatch;
  double behind_s = 0;  // wall time spent out of step
  double lag_s = 0;
  double before_s = 0;
  const auto longest = static_cast<kernel::TimeNs>(kLongestStepS * speed * kernel::kNsPerSecond);
  while (world.now() < end && !stop.interrupted()) {
    gateway.poll(kSliceMs);
    const auto due =
        static_cast<kernel::TimeNs>(stopwatch.elapsed_s() * speed * kernel::kNsPerSecond);
    world.run_until(std::max(std::min({due, end, world.now() + longest}), world.now()));
    ++figures.slices;
    const double elapsed_s = stopwatch.elapsed_s();
    lag_s = elapsed_s - 1e-9 * static_cast<double>(world.now()) / speed;
    if (lag_s > 2e-3 * kSliceMs) ++figures.late;
    if (lag_s > kOutOfStepS) behind_s += elapsed_s - before_s;
    figures.worst_late_s = std::max(figures.worst_late_s, lag_s);
    before_s = elapsed_s;
    each(world.now());
  }
  const double elapsed_s = std::max(stopwatch.elapsed_s(), 1e-9);
  figures.kept = 1e-9 * static_cast<double>(world.now()) / elapsed_s;
  figures.out_of_step = behind_s / elapsed_s;
  figures.saturated = lag_s > kOutOfStepS || figures.out_of_step > kMostOutOfStep;
  return figures;
}

}  // namespace sim::run
