// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/assembly/head_end/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

namespace sim::run {
namespace {

constexpr std::string_view kInventory = "inventory.tmp";
constexpr std::string_view kTemplate = "template-";
constexpr std::string_view kTemplateEnd = ".tmp";

void write_private(const std::string& path, const std::string& text) {
  unlink(path.c_str());  // of a killed run: never inherit its mode or its owner
  const int file = open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY, 0600);
  if (file < 0) throw std::runtime_error(path + ": cannot be written");
  std::size_t at = 0;
  while (at < text.size()) {
    const ssize_t n = write(file, text.data() + at, text.size() - at);
    if (n <= 0) break;
    at += static_cast<std::size_t>(n);
  }
  ::close(file);
  if (at < text.size()) throw std::runtime_error(path + ": disk full");
}

// Its first line, "control P data Q"; empty when the child ended before.
std::string first_line(int descriptor) {
  std::string line;
  char c = 0;
  while (read(descriptor, &c, 1) == 1 && c != '\n') line += c;
  return line;
}

}  // namespace

bool is_childs_file(std::string_view name) {
  return name == kInventory || (name.starts_with(kTemplate) && name.ends_with(kTemplateEnd));
}

HeadEndChild::HeadEndChild(const std::string& folder, const std::string& store_path,
                           const std::string& inventory,
                           const std::vector<std::string>& templates) {
  const std::string inventory_path = fmt::format("{}/{}", folder, kInventory);
  std::vector<std::string> paths = {inventory_path};
  write_private(inventory_path, inventory);
  std::vector<std::string> arguments = {"amitwin",  "hes",         "--control",   "127.0.0.1:0",
                                        "--listen", "127.0.0.1:0", "--inventory", inventory_path,
                                        "--store",  store_path,    "--fresh"};
  for (std::size_t i = 0; i < templates.size(); ++i) {
    paths.push_back(fmt::format("{}/{}{}{}", folder, kTemplate, i, kTemplateEnd));
    write_private(paths.back(), templates[i]);
    arguments.insert(arguments.end(), {"--template", paths.back()});
  }
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe: no more descriptors");
  pid_ = fork();
  if (pid_ == 0) {
    dup2(ends[1], STDOUT_FILENO);
    // The terminal's go to the whole group: the simulator ends us, or its socket does.
    for (const int each : {SIGINT, SIGTERM, SIGHUP}) signal(each, SIG_IGN);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    execv("/proc/self/exe", argv.data());
    _exit(127);
  }
  ::close(ends[1]);
  output_ = ends[0];
  const std::string line = first_line(output_);
  for (const std::string& path : paths) unlink(path.c_str());
  unsigned control = 0, data = 0;
  if (std::sscanf(line.c_str(), "control %u data %u", &control, &data) != 2) {
    throw std::runtime_error("lockstep: the head-end did not come up");
  }
  control_port_ = static_cast<std::uint16_t>(control);
}

HeadEndChild::~HeadEndChild() {
  if (output_ >= 0) ::close(output_);
  if (pid_ <= 0) return;
  constexpr int kTries = 200;  // of 10 ms: its store may be large
  for (int i = 0; i < kTries; ++i) {
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) return;
    usleep(10'000);
  }
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

}  // namespace sim::run
