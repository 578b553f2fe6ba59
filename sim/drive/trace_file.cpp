// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/trace_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace sim::run {

std::string finish_trace(const std::string& path, const std::string& date) {
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "r+b"));
  if (!file) return path + ": " + std::strerror(errno);
  // SystemC says nothing of a write that failed; but its lines are whole.
  char last = 0;
  if (std::fseek(file.get(), -1, SEEK_END) != 0 || std::fread(&last, 1, 1, file.get()) != 1 ||
      last != '\n') {
    return path + ": ends within a line, the disk did not take it all";
  }
  std::rewind(file.get());
  char head[512];
  const std::size_t n = std::fread(head, 1, sizeof head, file.get());
  const std::string text(head, n);
  constexpr const char* kBegin = "$date\n";
  const std::size_t begin = text.find(kBegin);
  const std::size_t from = begin + std::strlen(kBegin);
  const std::size_t to = text.find("\n$end", from);
  if (begin == std::string::npos || to == std::string::npos || to - from < date.size()) return {};
  const std::string line = date + std::string(to - from - date.size(), ' ');
  const bool written = std::fseek(file.get(), static_cast<long>(from), SEEK_SET) == 0 &&
                       std::fwrite(line.data(), 1, line.size(), file.get()) == line.size() &&
                       std::fflush(file.get()) == 0;
  return written ? std::string() : path + ": " + std::strerror(errno);
}

}  // namespace sim::run
