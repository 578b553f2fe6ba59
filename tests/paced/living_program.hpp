// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

// The program with living meters in one process, and the same program reading them in another.
namespace paced_test {

namespace fs = std::filesystem;
using nlohmann::json;

struct Answer {
  int status = -1;
  std::string text;
};

inline Answer run(const std::string& arguments) {
  Answer answer;
  std::FILE* pipe = popen((std::string(AMITWIN_PROGRAM) + " " + arguments + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return answer;
  std::array<char, 4096> chunk;
  while (std::size_t n = std::fread(chunk.data(), 1, chunk.size(), pipe)) {
    answer.text.append(chunk.data(), n);
  }
  answer.status = WEXITSTATUS(pclose(pipe));
  return answer;
}

// The first of three loopback ports in a row that nobody holds right now.
inline int free_ports() {
  const auto can_bind = [](int port) {
    const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool good =
        bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    close(descriptor);
    return good;
  };
  const int start = 20'000 + static_cast<int>(getpid()) % 20'000;
  for (int port = start; port < 60'000; port += 3) {
    if (can_bind(port) && can_bind(port + 1) && can_bind(port + 2)) return port;
  }
  return -1;
}

// A paced run in a process of its own; results and log go into the folder.
inline pid_t start_program(const fs::path& folder, const std::string& scenario) {
  const pid_t child = fork();
  if (child != 0) return child;
  const std::string out = (folder / "out").string();
  const std::string log = (folder / "log").string();
  if (std::freopen(log.c_str(), "w", stdout) == nullptr) _exit(126);
  if (std::freopen(log.c_str(), "a", stderr) == nullptr) _exit(126);
  execl(AMITWIN_PROGRAM, "amitwin", "run", scenario.c_str(), "--out", out.c_str(), nullptr);
  _exit(127);
}

inline void stop_program(pid_t child, const fs::path& folder) {
  if (child <= 0) return;
  kill(child, SIGINT);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status)) << "an interrupted run ends in good order";
  EXPECT_TRUE(fs::exists(folder / "out/result.h5"));
  EXPECT_TRUE(fs::exists(folder / "out/inputs.log"));
}

}  // namespace paced_test
