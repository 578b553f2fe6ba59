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

inline Answer shell(const std::string& command) {
  Answer answer;
  std::FILE* pipe = popen(("{ " + command + "; } 2>&1").c_str(), "r");
  if (pipe == nullptr) return answer;
  std::array<char, 4096> chunk;
  while (std::size_t n = std::fread(chunk.data(), 1, chunk.size(), pipe)) {
    answer.text.append(chunk.data(), n);
  }
  answer.status = WEXITSTATUS(pclose(pipe));
  return answer;
}
inline Answer run(const std::string& arguments) {
  return shell(std::string(AMITWIN_PROGRAM) + " " + arguments);
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
  const int start = 20'000 + 3 * (static_cast<int>(getpid()) % 4'000);  // below the system's own
  for (int port = start; port < 32'700; port += 3) {
    if (can_bind(port) && can_bind(port + 1) && can_bind(port + 2)) return port;
  }
  return -1;
}

// A client's socket, octet by octet.
class Visitor {
 public:
  explicit Visitor(int port) : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
              0);
    timeval patience{5, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~Visitor() { close(descriptor_); }
  Visitor(const Visitor&) = delete;
  Visitor& operator=(const Visitor&) = delete;

  void say(const std::string& octets) const {
    EXPECT_EQ(send(descriptor_, octets.data(), octets.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(octets.size()));
  }
  // What comes within a second or so; "" also when the other end has closed.
  std::string hear() const {
    std::array<char, 4096> chunk;
    const ssize_t n = recv(descriptor_, chunk.data(), chunk.size(), 0);
    return n > 0 ? std::string(chunk.data(), static_cast<std::size_t>(n)) : std::string();
  }
  // Nothing more comes: the other end closed.
  bool ended() const {
    char octet;
    return recv(descriptor_, &octet, 1, 0) == 0;
  }
  // An APDU in a wrapper frame, and the APDU of the answer.
  std::string ask(std::uint8_t client, std::uint16_t server, const std::string& apdu) const {
    const auto n = static_cast<std::uint16_t>(apdu.size());
    const char head[] = {0,
                         1,
                         0,
                         static_cast<char>(client),
                         static_cast<char>(server >> 8),
                         static_cast<char>(server),
                         static_cast<char>(n >> 8),
                         static_cast<char>(n)};
    say(std::string(head, sizeof head) + apdu);
    const std::string answer = hear();
    return answer.size() > 8 ? answer.substr(8) : std::string();
  }

 private:
  int descriptor_;
};

// Octets of hexadecimal digits.
inline std::string octets(const std::string& hex) {
  std::string all;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    all += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return all;
}

// AARQ with a password, LN without ciphering, whole conformance; and GET of 1.0.1.8.0:2.
inline std::string aarq(const std::string& password) {
  const std::string user = octets(
      "BE10040E01000000065F1F040000"
      "1E1DFFFF");
  std::string body = octets(
      "A109060760857405080101"
      "8A020780"
      "8B0760857405080201");
  body += octets("AC") + static_cast<char>(password.size() + 2) + octets("80") +
          static_cast<char>(password.size()) + password + user;
  return octets("60") + static_cast<char>(body.size()) + body;
}
const std::string kGetEnergy = octets("C001C100030100010800FF0200");
const std::string kException = octets("D80101");

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
