// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/firmware_guard.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>
#include <new>

#include "os/program.hpp"
#include "sim/drive/firmware_end.hpp"
#include "sim/drive/firmware_exits.hpp"
#include "sim/drive/wall.hpp"

namespace sim::run {
namespace {

using models::FirmwareCall;

// Signal handlers reach globals only.
alignas(16) char handler_stack[1 << 16];  // the firmware may have used up its own
std::atomic<pid_t> guarded = 0;           // a child that somebody forked goes its own way
std::atomic<int> crashes = 0;
GuardPatience patience_of_guard;

// ---- Crashes ----

struct Guarded {
  int signal;
  const char* name;
};
// What ends a process that does nothing about it; SIGINT, SIGTERM and SIGHUP are InterruptGuard's.
constexpr Guarded kSignals[] = {
    {SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},   {SIGILL, "SIGILL"},
    {SIGABRT, "SIGABRT"}, {SIGTRAP, "SIGTRAP"}, {SIGSYS, "SIGSYS"},   {SIGALRM, "SIGALRM"},
    {SIGUSR1, "SIGUSR1"}, {SIGUSR2, "SIGUSR2"}, {SIGPROF, "SIGPROF"}, {SIGVTALRM, "SIGVTALRM"},
};

void on_crash(int signal, siginfo_t* info, void*) {
  const bool sent_by_others = info->si_code == SI_USER && info->si_pid != ::getpid();
  const char* name = "a signal";
  for (const Guarded& each : kSignals) name = each.signal == signal ? each.name : name;
  if (::getpid() == guarded && !sent_by_others) {
    if (crashes.fetch_add(1) > 0) end_by_broken_memory();
    const FirmwareCall::Record* const call = FirmwareCall::current();
    if (call != nullptr) end_by_firmware(*call, "crashed: ", name);
    const bool has_address = signal == SIGSEGV || signal == SIGBUS;
    tell_own_crash(name, has_address ? info->si_addr : nullptr);
  }
  guarded = 0;  // what follows is ours, also from within a firmware
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  ::sigaction(signal, &standard, nullptr);
  ::raise(signal);
}

// What comes out of a call, which is `noexcept`: an exception, or the unwinding of a thread that
// ends.
void on_terminate() {
  const FirmwareCall::Record* call = FirmwareCall::current();
  // Outside of every call it is ours, unless a guest may have broken what is.
  if (call == nullptr && FirmwareCall::has_guest()) call = FirmwareCall::last();
  if (call == nullptr || ::getpid() != guarded) std::abort();
  const std::exception_ptr exception = std::current_exception();
  if (!exception) end_by_firmware(*call, "ended its thread");
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& each) {
    end_by_firmware(*call, "threw an exception: ", each.what());
  } catch (...) {
    end_by_firmware(*call, "threw an exception");
  }
}

// Whoever asked for it, it is the machine that has none left: an exception on its way through a
// firmware would look like the firmware's own.
void on_no_memory() {
  const FirmwareCall::Record* const call = FirmwareCall::current();
  if (call == nullptr || ::getpid() != guarded) throw std::bad_alloc();
  end_without_memory(*call);
}

void on_exit() { guard_leaving("ended the process"); }

// ---- What does not return ----

// Without the heap: the firmware that hangs may hold its lock.
bool traced() {
  char status[2048];
  const int file = ::open("/proc/self/status", O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t n = ::read(file, status, sizeof status - 1);
  ::close(file);
  status[n > 0 ? n : 0] = 0;
  const char* const at = std::strstr(status, "\nTracerPid:\t");
  return at != nullptr && at[std::strlen("\nTracerPid:\t")] != '0';
}

// A thread of its own: whoever blocks signals, or waits, is seen too. It counts its own seconds, so
// that a process that is stopped (SIGSTOP, a debugger) grows no older.
void* watch(void*) {
  std::uint64_t count = 0;
  double processor_at_first_s = 0;
  for (int wall_s = 0;;) {
    const timespec second{1, 0};
    ::nanosleep(&second, nullptr);
    const FirmwareCall::Record* const call = FirmwareCall::current();
    const bool same = call != nullptr && count == FirmwareCall::count();
    count = FirmwareCall::count();
    if (!same) {
      wall_s = 0;
      processor_at_first_s = process_cpu_s();
      continue;
    }
    ++wall_s;
    const int processor_s = static_cast<int>(process_cpu_s() - processor_at_first_s);
    const bool enough =
        processor_s >= patience_of_guard.processor_s || wall_s >= patience_of_guard.wall_s;
    if (!enough || traced()) continue;
    char detail[80];
    std::snprintf(detail, sizeof detail, " (%d s went by, %d s of processor time)", wall_s,
                  processor_s);
    end_by_firmware(*call, "does not return", detail);
  }
}

void start_watch() {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, std::size_t{256} << 10);
  pthread_t thread{};
  if (pthread_create(&thread, &attributes, watch, nullptr) != 0) {
    os::say("amitwin: no thread to watch the firmware with: one that hangs will not be named\n");
  }
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace

void guard_leaving(const char* what) {
  const FirmwareCall::Record* const call = FirmwareCall::current();
  if (call != nullptr && ::getpid() == guarded) end_by_firmware(*call, what);
}

void guard_firmware(const GuardPatience& patience) {
  patience_of_guard = patience;
  guarded = ::getpid();
  stack_t stack{};
  stack.ss_sp = handler_stack;
  stack.ss_size = sizeof handler_stack;
  sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_sigaction = on_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;  // a fault in the handler is told, too
  for (const Guarded& each : kSignals) ::sigaction(each.signal, &action, nullptr);
  std::set_terminate(on_terminate);
  std::set_new_handler(on_no_memory);
  std::atexit(on_exit);
  std::at_quick_exit(on_exit);
  watch_exits();
  start_watch();
}

}  // namespace sim::run
