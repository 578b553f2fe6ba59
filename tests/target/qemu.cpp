// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/target/qemu.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>
#include <vector>

#include "meter/port/cortex_m4/wire.hpp"

namespace target {
namespace {

using meter::port::kSharedRamOctets;

[[noreturn]] void become_qemu(std::vector<std::string> words, int complaints) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(complaints, STDERR_FILENO);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(argv[0], argv.data());
  _exit(127);
}

}  // namespace

Qemu::Qemu(const std::string& image) {
  complaints_ = memfd_create("stderr", MFD_CLOEXEC);
  const int memory = memfd_create("psram", 0);
  if (complaints_ < 0 || memory < 0 || ftruncate(memory, kSharedRamOctets) != 0)
    throw std::runtime_error("memfd");
  void* const shared =
      mmap(nullptr, kSharedRamOctets, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
  if (shared == MAP_FAILED) throw std::runtime_error("mmap");
  shared_ = static_cast<std::uint8_t*>(shared);
  const std::string backend =
      "memory-backend-file,id=psram,share=on,size=" + std::to_string(kSharedRamOctets) +
      ",mem-path=/proc/self/fd/" + std::to_string(memory);
  std::array<int, 2> theirs{-1, -1};
  std::vector<std::string> words = {QEMU_ARM,  "-machine", "mps2-an386,memory-backend=psram",
                                    "-object", backend,    "-display",
                                    "none",    "-monitor", "none",
                                    "-nic",    "none",     "-kernel",
                                    image,     "-icount",  "shift=" + std::to_string(kShift)};
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
  if (child_ == 0) become_qemu(words, complaints_);
  for (const int fd : theirs) close(fd);
  close(memory);
  if (child_ < 0) throw std::runtime_error("fork");
}

Qemu::~Qemu() {
  munmap(shared_, kSharedRamOctets);
  for (const int fd : lines_) close(fd);
  // It never ends by itself: what it had to say then is the cause of a failure.
  if (waitpid(child_, nullptr, WNOHANG) == 0) {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  } else {
    char text[2048] = {};
    if (pread(complaints_, text, sizeof(text) - 1, 0) > 0) std::fprintf(stderr, "%s", text);
  }
  close(complaints_);
}

}  // namespace target
