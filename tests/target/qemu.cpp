// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/target/qemu.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <vector>

namespace target {
namespace {

[[noreturn]] void become_qemu(std::vector<std::string> words) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(argv[0], argv.data());
  _exit(127);
}

}  // namespace

Qemu::Qemu(const std::string& image) {
  std::array<int, 2> theirs{-1, -1};
  std::vector<std::string> words = {QEMU_ARM,
                                    "-machine",
                                    "mps2-an386",
                                    "-display",
                                    "none",
                                    "-monitor",
                                    "none",
                                    "-net",
                                    "none",
                                    "-kernel",
                                    image,
                                    "-icount",
                                    "shift=" + std::to_string(kShift)};
  for (unsigned k = 0; k < lines_.size(); ++k) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) throw std::runtime_error("socketpair");
    lines_[k] = pair[0];
    theirs[k] = pair[1];
    fcntl(lines_[k], F_SETFD, FD_CLOEXEC);
    const std::string id = "line" + std::to_string(k);
    words.insert(words.end(), {"-chardev", "socket,id=" + id + ",fd=" + std::to_string(pair[1]),
                               "-serial", "chardev:" + id});
  }
  child_ = fork();
  if (child_ == 0) become_qemu(words);
  for (const int fd : theirs) close(fd);
  if (child_ < 0) throw std::runtime_error("fork");
}

Qemu::~Qemu() {
  for (const int fd : lines_) close(fd);
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
}

}  // namespace target
