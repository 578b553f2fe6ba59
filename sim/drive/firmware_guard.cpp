// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/firmware_guard.hpp"

#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "models/core/parts/firmware_call.hpp"
#include "os/exit_code.hpp"
#include "sim/drive/run_folder.hpp"

namespace sim::run {
namespace {

using models::FirmwareCall;

// An upcall takes microseconds; under an emulator or a profiler some hundred times that.
constexpr int kPatienceS = 5;

// Signal handlers reach globals only, and may call next to nothing: texts are put together in this.
class Line {
 public:
  Line& add(const char* text) {
    while (*text != 0 && n_ < sizeof text_) text_[n_++] = *text++;
    return *this;
  }
  Line& number(std::uint64_t value, int digits = 1, unsigned base = 10) {
    char reversed[24];
    int n = 0;
    for (; value != 0 || n < digits; value /= base)
      reversed[n++] = "0123456789abcdef"[value % base];
    while (n > 0 && n_ < sizeof text_) text_[n_++] = reversed[--n];
    return *this;
  }
  // HH:MM:SS, with `fraction` to the nanosecond.
  Line& clock(kernel::TimeNs at, bool fraction) {
    const auto ns = static_cast<std::uint64_t>(std::max<kernel::TimeNs>(at, 0));
    const std::uint64_t s = ns / 1'000'000'000;
    number(s / 3600, 2).add(":").number(s / 60 % 60, 2).add(":").number(s % 60, 2);
    if (fraction) add(".").number(ns % 1'000'000'000, 9);
    return *this;
  }
  void say() const {
    std::size_t at = 0;
    while (at < n_) {
      const ssize_t n = ::write(STDERR_FILENO, text_ + at, n_ - at);
      if (n <= 0) return;
      at += static_cast<std::size_t>(n);
    }
  }

 private:
  char text_[4096];
  std::size_t n_ = 0;
};

constexpr std::size_t kMaxHint = 1024;
char hint_left[kMaxHint];
char hint_debug[kMaxHint];
alignas(16) char handler_stack[1 << 16];  // the firmware may have used up its own

[[noreturn]] void give_up(const FirmwareCall& call, const char* what, const char* detail) {
  Line line;
  line.add("\n").add(call.device()).add(" ").number(call.number());
  if (call.number() == 0) line.add(" (not built yet)");
  line.add(": its firmware ").add(what).add(detail).add(" in ").add(call.upcall());
  line.add(", at ").clock(call.at(), true).add(" of simulated time\n");
  if (hint_left[0] != 0) line.add("  ").add(hint_left).add("\n");
  if (hint_debug[0] != 0 && call.number() != 0 && std::strcmp(call.device(), "meter") == 0) {
    line.add("  to stand in that upcall: gdb --args amitwin debug ").add(hint_debug);
    line.add(" --meter ").number(call.number()).add(" --until ").clock(call.at(), false).add("\n");
  }
  swap_in_at_firmware_end();
  line.say();
  _exit(os::kFirmware);
}

void on_crash(int signal, siginfo_t* info, void*) {
  const char* const name = signal == SIGABRT  ? "SIGABRT"
                           : signal == SIGFPE ? "SIGFPE"
                           : signal == SIGBUS ? "SIGBUS"
                           : signal == SIGILL ? "SIGILL"
                                              : "SIGSEGV";
  const FirmwareCall* const call = FirmwareCall::current();
  if (call != nullptr) give_up(*call, "crashed: ", name);
  Line line;
  line.add("\namitwin crashed: ").add(name);
  if (signal == SIGSEGV || signal == SIGBUS) {
    line.add(" at address 0x").number(reinterpret_cast<std::uintptr_t>(info->si_addr), 1, 16);
  }
  line.add(", in no firmware: a fault of amitwin itself\n").say();
  std::signal(signal, SIG_DFL);
  ::raise(signal);
}

// A firmware of C++ may throw, and nobody behind the boundary catches.
[[noreturn]] void on_terminate() {
  const FirmwareCall* const call = FirmwareCall::current();
  if (call != nullptr && std::current_exception() != nullptr) {
    try {
      throw;
    } catch (const std::exception& thrown) {
      give_up(*call, "threw an exception: ", thrown.what());
    } catch (...) {
      give_up(*call, "threw an exception", "");
    }
  }
  std::abort();
}

// Every second of processor time.
void on_tick(int) {
  static std::uint64_t count = 0;
  static int ticks = 0;
  const FirmwareCall* const call = FirmwareCall::current();
  const bool same = call != nullptr && count == FirmwareCall::count();
  count = FirmwareCall::count();
  ticks = same ? ticks + 1 : 0;
  if (ticks >= kPatienceS) {
    give_up(*call, "does not return", " (seconds of processor time went by)");
  }
}

void on_exit() {
  const FirmwareCall* const call = FirmwareCall::current();
  if (call != nullptr) give_up(*call, "ended the process", "");
}

void copy(const std::string& from, char (&to)[kMaxHint]) {
  const std::size_t n = std::min(from.size(), kMaxHint - 1);
  std::copy_n(from.data(), n, to);
  to[n] = 0;
}

}  // namespace

void guard_firmware() {
  stack_t stack{};
  stack.ss_sp = handler_stack;
  stack.ss_size = sizeof handler_stack;
  sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_sigaction = on_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) {
    sigaction(signal, &action, nullptr);
  }
  struct sigaction tick {};
  tick.sa_handler = on_tick;
  tick.sa_flags = SA_RESTART | SA_ONSTACK;
  sigaction(SIGVTALRM, &tick, nullptr);
  const itimerval every_second{{1, 0}, {1, 0}};
  setitimer(ITIMER_VIRTUAL, &every_second, nullptr);
  std::set_terminate(on_terminate);
  std::atexit(on_exit);
}

void set_firmware_hint(const std::string& left, const std::string& debug_arguments) {
  copy(left, hint_left);
  copy(debug_arguments, hint_debug);
}

}  // namespace sim::run
