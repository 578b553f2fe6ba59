// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "os/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "os/program.hpp"
#include "os/text_file.hpp"

namespace os {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int id) : id_(id) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int id() const { return id_; }
  // What the system could not keep may be told only here.
  bool close() {
    const int id = std::exchange(id_, -1);
    return id <= STDERR_FILENO || ::close(id) == 0;
  }

 private:
  int id_;
};

std::string because(const std::string& path, const char* what) {
  return path + ": cannot be " + what + " (" + std::strerror(errno) + ")";
}

bool write_all(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = ::write(file, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

// Some file systems have no fsync to offer.
bool to_disk(int file) { return ::fsync(file) == 0 || errno == EINVAL || errno == EROFS; }

bool name_to_disk(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path();
  Descriptor file(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_CLOEXEC));
  return file.id() >= 0 && to_disk(file.id());
}

bool is_file_or_nothing(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode);
}

}  // namespace

Input read_file(const std::string& path, std::size_t max_octets, Dash dash) {
  const bool standard = dash == Dash::is_standard_input && path == "-";
  const std::string name = standard ? "standard input" : path;
  Descriptor file(standard ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.id() < 0) return {{}, because(name, "read")};
  Input input;
  char chunk[1 << 16];
  for (;;) {
    const ssize_t n = ::read(file.id(), chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return {{}, because(name, "read")};
    if (n == 0) return input;
    if (static_cast<std::size_t>(n) > max_octets - input.text.size()) {
      return {{}, name + ": too long, allowed are " + std::to_string(max_octets) + " octets"};
    }
    input.text.append(chunk, static_cast<std::size_t>(n));
  }
}

Input read_text_file(const std::string& path, std::size_t max_octets) {
  Input input = read_file(path, max_octets);
  std::string& text = input.text;
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return {{}, path + ": is UTF-16: allowed: UTF-8"};
  }
  return input;
}

std::string write_file(const std::string& path, std::string_view content, Readers readers) {
  const bool beside = is_file_or_nothing(path);
  // An interrupt leaves the old file or the new one; a pipe may be waited for.
  std::optional<HeldSignals> held;
  if (beside) held.emplace();
  const std::string grows = beside ? path + kUnfinished : path;
  const bool hidden = readers == Readers::owner;
  if (beside && hidden) ::unlink(grows.c_str());  // of somebody else it would keep its mode
  const int alone = beside && hidden ? O_EXCL : 0;
  Descriptor file(::open(grows.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | alone,
                         hidden ? 0600 : 0666));
  if (file.id() < 0) return because(path, "written");
  if (write_all(file.id(), content) && file.close()) {
    std::string error = beside ? replace_file(path) : std::string();
    if (error.empty() && hidden && !name_to_disk(path)) error = because(path, "written");
    return error;
  }
  std::string error = because(path, "written");
  if (beside) ::unlink(grows.c_str());
  return error;
}

std::string replace_file(const std::string& path, Sync sync) {
  const std::string grown = path + kUnfinished;
  bool good = true;
  if (sync == Sync::to_disk) {
    Descriptor file(::open(grown.c_str(), O_RDONLY | O_CLOEXEC));
    good = file.id() >= 0 && to_disk(file.id());
  }
  if (good && ::rename(grown.c_str(), path.c_str()) == 0) return {};
  std::string error = because(path, "written");
  ::unlink(grown.c_str());
  return error;
}

}  // namespace os
