// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace hes_test {

// `amitwin hes --control ...` as a child process. Throws std::runtime_error when it
// cannot be started or does not say where it listens.
class HeadEndProcess {
 public:
  // `arguments` without the program's name, e.g. {"hes", "--control", "127.0.0.1:0", ...}. What the
  // child prints on standard error goes where ours goes.
  HeadEndProcess(const std::string& program, const std::vector<std::string>& arguments);
  ~HeadEndProcess();  // a child that still runs is killed
  HeadEndProcess(const HeadEndProcess&) = delete;
  HeadEndProcess& operator=(const HeadEndProcess&) = delete;

  std::uint16_t control_port() const { return control_port_; }
  int wait();  // its exit code; 128 + number of a signal

 private:
  pid_t child_ = -1;
  int output_ = -1;  // its standard output
  std::uint16_t control_port_ = 0;
};

// The program in this process; its exit code.
int run_hes(std::vector<std::string> arguments);

}  // namespace hes_test
