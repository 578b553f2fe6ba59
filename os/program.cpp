// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "os/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "os/exit_code.hpp"
#include "protocol/hosted/printable/printable.hpp"

namespace os {
namespace {

constexpr int kInterrupts[] = {SIGINT, SIGTERM, SIGHUP};

// A signal handler reaches globals only. A child that was forked says nothing: its parent does.
char interrupted_sentence[128];
pid_t interrupted_process = 0;

void on_interrupt(int, siginfo_t* info, void*) {
  if (::getpid() == interrupted_process) draw(interrupted_sentence);
  if (info->si_code <= 0 && info->si_pid == ::getpid()) ::_exit(kInterrupted);  // sent to itself
  // Past whoever stands in front of _exit(): the code that was at work did not leave.
  for (;;) ::syscall(SYS_exit_group, kInterrupted);
}

void handle_interrupts(const std::string& name) {
  const std::string sentence = name + ": interrupted\n";
  const std::size_t n = sentence.copy(interrupted_sentence, sizeof interrupted_sentence - 1);
  interrupted_sentence[n] = 0;
  interrupted_process = ::getpid();
  struct sigaction action {};
  action.sa_sigaction = on_interrupt;
  action.sa_flags = SA_SIGINFO;
  for (const int signal : KeptSignals().heard()) ::sigaction(signal, &action, nullptr);
}

// One line without its end, fit to be said.
std::string sayable(std::string_view line) {
  if (line.size() <= kMaxSaid) return protocol::printable(line);
  const auto inside = [&](std::size_t at) { return (line[at] & 0xC0) == 0x80; };
  std::size_t head = kMaxSaid * 3 / 5, tail = line.size() - kMaxSaid * 2 / 5;
  while (head > 0 && inside(head)) --head;  // no character is cut
  while (tail < line.size() && inside(tail)) ++tail;
  return protocol::printable(line.substr(0, head)) + "... (" + std::to_string(tail - head) +
         " octets) ..." + protocol::printable(line.substr(tail));
}

}  // namespace

HeldSignals::HeldSignals() {
  sigset_t held;
  sigemptyset(&held);
  for (const int signal : kInterrupts) sigaddset(&held, signal);
  ::sigprocmask(SIG_BLOCK, &held, &before_);
}

HeldSignals::~HeldSignals() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

KeptSignals::KeptSignals() {
  static_assert(std::size(kInterrupts) == std::tuple_size_v<decltype(before_)>);
  for (std::size_t k = 0; k < before_.size(); ++k) {
    ::sigaction(kInterrupts[k], nullptr, &before_[k]);
  }
}

std::vector<int> KeptSignals::heard() const {
  std::vector<int> signals;
  for (std::size_t k = 0; k < before_.size(); ++k) {
    if (before_[k].sa_handler != SIG_IGN) signals.push_back(kInterrupts[k]);
  }
  return signals;
}

void KeptSignals::restore() const {
  for (std::size_t k = 0; k < before_.size(); ++k) {
    ::sigaction(kInterrupts[k], &before_[k], nullptr);
  }
}

void begin_program(const std::string& name) {
  handle_interrupts(name);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  for (int standard = STDIN_FILENO; standard <= STDERR_FILENO; ++standard) {
    if (::fcntl(standard, F_GETFD) >= 0) continue;
    // For reading only: what is written there is refused, as if the descriptor were closed.
    if (::open("/dev/null", O_RDONLY) != standard) break;
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

void say(std::string_view text) {
  std::string said;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    said += sayable(text.substr(0, end));
    if (end < text.size()) said += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  draw(said);
}

void draw(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

int end_program(const std::string& name, int code) {
  errno = 0;
  const bool lost_before = std::ferror(stdout) != 0;
  const bool written = std::fflush(stdout) == 0 && !lost_before && std::fclose(stdout) == 0;
  if (written) return code;
  const int why = errno;
  // A pipe says so as long as it is open; the write that met it may be long over.
  pollfd pipe{STDOUT_FILENO, 0, 0};
  const bool unread = ::poll(&pipe, 1, 0) > 0 && (pipe.revents & POLLERR) != 0;
  if (why == EPIPE || unread) return kEnvironment;
  say(name + ": standard output cannot be written" +
      (why != 0 ? std::string(" (") + std::strerror(why) + ")" : std::string()) + "\n");
  return kEnvironment;
}

Descriptors descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return {SIZE_MAX, SIZE_MAX};
  // The lowest free one is given first, and this program closes few: all below are in use.
  const int next = ::dup(STDERR_FILENO);
  if (next >= 0) ::close(next);
  const auto in_use = next < 0 ? limit.rlim_cur : static_cast<rlim_t>(next);
  return {limit.rlim_cur, limit.rlim_cur > in_use ? limit.rlim_cur - in_use : 0};
}

std::string too_few_descriptors(std::size_t needed, const std::string& what_for) {
  const Descriptors have = descriptors();
  if (have.free >= needed) return {};
  return what_for + " needs " + std::to_string(needed) + " descriptors, " +
         std::to_string(have.free) + " of " + std::to_string(have.limit) +
         " are free; allowed: a higher limit (ulimit -n), or fewer of them";
}

}  // namespace os
