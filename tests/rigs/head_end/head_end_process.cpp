// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/head_end/head_end_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "hes-stub/program/hes_main.hpp"

namespace hes_test {
namespace {

constexpr std::size_t kMaxLine = 256;
constexpr int kNotStarted = 127;  // as a shell says it

// The first line; shorter when the child ends before.
std::string read_line(int handle) {
  std::string line;
  char c = 0;
  while (line.size() < kMaxLine) {
    const ssize_t n = ::read(handle, &c, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0 || c == '\n') break;
    line.push_back(c);
  }
  return line;
}

pid_t spawn(const std::string& program, const std::vector<std::string>& arguments, int output) {
  std::vector<std::string> words = arguments;
  words.insert(words.begin(), program);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error(program + ": " + std::strerror(errno));
  if (child == 0) {  // only calls that are safe between fork and exec
    dup2(output, STDOUT_FILENO);
    execv(program.c_str(), argv.data());
    _exit(kNotStarted);
  }
  return child;
}

}  // namespace

HeadEndProcess::HeadEndProcess(const std::string& program,
                               const std::vector<std::string>& arguments) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe: no handles left");
  output_ = ends[0];
  try {
    child_ = spawn(program, arguments, ends[1]);
  } catch (...) {
    ::close(ends[0]);
    ::close(ends[1]);
    throw;
  }
  ::close(ends[1]);
  const std::string line = read_line(output_);
  unsigned control = 0;
  unsigned data = 0;
  if (std::sscanf(line.c_str(), "control %u data %u", &control, &data) == 2 && control <= 0xFFFF) {
    control_port_ = static_cast<std::uint16_t>(control);
    return;
  }
  kill(child_, SIGKILL);
  const int code = wait();
  ::close(output_);
  throw std::runtime_error(program + ": no head-end, exit code " + std::to_string(code));
}

HeadEndProcess::~HeadEndProcess() {
  if (child_ > 0) {
    kill(child_, SIGKILL);
    wait();
  }
  if (output_ >= 0) ::close(output_);
}

int HeadEndProcess::wait() {
  if (child_ <= 0) return 0;
  int status = 0;
  while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
  child_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int run_hes(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "hes");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  return hes::hes_main(static_cast<int>(argv.size()), argv.data());
}

}  // namespace hes_test
