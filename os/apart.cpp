// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "os/apart.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>

#include "os/exit_code.hpp"
#include "os/program.hpp"

namespace os {
namespace {

// Their shadow of all memory is address space, too.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

constexpr int kOwnFaults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGXCPU, SIGKILL};

void limit(int resource, std::uint64_t most) {
  rlimit value{};
  if (::getrlimit(resource, &value) != 0) return;
  if (value.rlim_max < most) return;
  value.rlim_cur = value.rlim_max = most;
  ::setrlimit(resource, &value);
}

// The last of a limit's signals is SIGKILL, and it is also that of whoever is out of memory.
bool used_up(const rusage& usage, const Allowance& allowance) {
  constexpr std::uint64_t kTick_us = 100'000;  // the limit is looked at in ticks, as finely at best
  const auto us = [](const timeval& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(time.tv_usec);
  };
  return us(usage.ru_utime) + us(usage.ru_stime) + kTick_us >= allowance.cpu_s * 1'000'000;
}

int run(const std::string& name, const std::function<int()>& work) {
  int code = kEnvironment;
  try {
    code = work();
  } catch (const std::bad_alloc&) {
    say(name + ": damaged, or no file of this program: it asks for too much memory\n");
    code = kBadInput;
  } catch (const std::exception& error) {
    say(name + ": " + error.what() + "\n");
  }
  return end_program(name, code);
}

[[noreturn]] void be_the_child(const std::string& name, const Allowance& allowance,
                               const std::function<int()>& work) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int signal : kOwnFaults) std::signal(signal, SIG_DFL);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, allowance.cpu_s);
  if (!kSanitized) limit(RLIMIT_AS, allowance.memory_octets);
  ::_exit(run(name, work));
}

}  // namespace

int apart(const std::string& name, const Allowance& allowance, const std::function<int()>& work) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child < 0) {
    say(name + ": no process can be started (" + std::strerror(errno) + ")\n");
    return kEnvironment;
  }
  if (child == 0) be_the_child(name, allowance, work);
  int status = 0;
  rusage usage{};
  while (::wait4(child, &status, 0, &usage) < 0) {
    if (errno != EINTR) return kEnvironment;
  }
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  const int signal = WTERMSIG(status);
  if (signal == SIGKILL && !used_up(usage, allowance)) {
    say(name + ": reading it was killed from outside (SIGKILL; is memory short?)\n");
    return kEnvironment;
  }
  for (const int own : kOwnFaults) {
    if (signal != own) continue;
    say(name + ": damaged, or no file of this program: reading it " +
        (signal == SIGXCPU || signal == SIGKILL ? "does not end" : "crashed") + "\n");
    return kBadInput;
  }
  return signal == SIGINT ? kInterrupted : kEnvironment;
}

}  // namespace os
