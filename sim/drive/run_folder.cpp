// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/run_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "os/files.hpp"
#include "sim/drive/run_files.hpp"

namespace sim::run {
namespace {

namespace fs = std::filesystem;

RunFolder* open_folder = nullptr;

bool there(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

}  // namespace

RunFolder::RunFolder(const std::string& out)
    : out_(out),
      path_(out + "/unfinished"),
      marks_{path_ + "/.amitwin-growing", path_ + "/.amitwin-whole", path_ + "/.amitwin-moving"} {
  for (const char* name : kRunFiles) {
    moves_.push_back({path_ + "/" + name, out_ + "/" + name});
    scratch_.push_back(moves_.back().from + os::kUnfinished);
  }
  if (enter()) open_folder = this;
}

RunFolder::~RunFolder() {
  if (open_folder == this) open_folder = nullptr;
  if (error_.empty() && !settled_) {
    empty_out();
    if (made_out_) ::rmdir(out_.c_str());
  }
  if (lock_ >= 0) ::close(lock_);
}

void RunFolder::refuse(int code, const std::string& sentence) {
  code_ = code;
  error_ = sentence;
  if (code == os::kBadInput) return;
  ::rmdir(path_.c_str());
  if (made_out_) ::rmdir(out_.c_str());
}

std::string RunFolder::mark(Stage stage) const { return marks_[static_cast<std::size_t>(stage)]; }

// The order is that of harm: nothing is made before all is seen.
bool RunFolder::enter() {
  std::error_code error;
  made_out_ = !fs::exists(out_, error);
  if (!made_out_ && !fs::is_directory(out_, error)) {
    refuse(os::kBadInput, out_ + ": is no folder, allowed: a folder, or a name that is free");
    return false;
  }
  if (const std::string stranger = look_for_strangers(); !stranger.empty()) {
    refuse(os::kBadInput, stranger + "; allowed: move it away, or another folder (--out)");
    return false;
  }
  fs::create_directories(path_, error);
  if (error) {
    refuse(os::kEnvironment, fmt::format("{}: cannot be made ({})", path_, error.message()));
    return false;
  }
  if (!lock()) {
    refuse(os::kBadInput,
           out_ + ": another run writes there; allowed: when it has ended, or another folder");
    return false;
  }
  Stage stage = Stage::growing;
  for (const Stage each : {Stage::whole, Stage::moving}) {
    if (there(mark(each))) stage = each;
  }
  const int marked = ::open(mark(stage).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (marked < 0) {
    const std::string why = std::strerror(errno);
    refuse(os::kEnvironment, fmt::format("{}: cannot be written ({})", mark(stage), why));
    return false;
  }
  ::close(marked);
  if (!complete(stage)) return false;
  earlier_ = there(out_ + "/result.h5");
  for (const std::string& name : leftovers_in(path_)) ::unlink((path_ + "/" + name).c_str());
  ::rmdir((path_ + "/parts").c_str());
  return true;
}

// The folder itself: its marks change their names, and go, while somebody else looks for them.
bool RunFolder::lock() {
  lock_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (lock_ < 0 || (::flock(lock_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)) return false;
  struct stat locked {
  }, named{};  // a run that has ended meanwhile has taken it away
  return ::fstat(lock_, &locked) == 0 && ::lstat(path_.c_str(), &named) == 0 &&
         locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}

// A set that was taking its place takes it.
bool RunFolder::complete(Stage stage) {
  old_parts_.clear();  // those of before belonged to a run that may have ended since
  look_at_parts();
  if (stage == Stage::growing) return true;
  if (stage == Stage::whole) clear_the_way();
  if (const char* const stuck = move_all(); stuck != nullptr) {
    refuse(os::kEnvironment,
           fmt::format("{}: cannot be put in its place ({})", stuck, std::strerror(errno)));
    return false;
  }
  old_parts_.clear();
  look_at_parts();
  if (advance(Stage::moving, Stage::growing)) return true;
  refuse(os::kEnvironment,
         fmt::format("{}: cannot be written ({})", mark(Stage::growing), std::strerror(errno)));
  return false;
}

// The first thing in the way that no run of ours has made.
std::string RunFolder::look_for_strangers() {
  for (const char* name : kRunFiles) {
    if (std::strcmp(name, "parts") == 0) continue;
    const std::string why = why_not_ours(out_, name);
    if (!why.empty()) return why;
  }
  struct stat status {};
  if (::lstat(path_.c_str(), &status) == 0) {
    if (!S_ISDIR(status.st_mode)) return path_ + ": is no folder of a run";
    std::error_code error;
    const bool marked = std::ranges::any_of(marks_, there);
    if (!marked && !fs::is_empty(path_, error)) return path_ + ": is no folder of a run";
  }
  return look_at_parts();
}

std::string RunFolder::look_at_parts() {
  const std::string parts = out_ + "/parts";
  if (!there(parts)) return {};
  if (fs::is_symlink(parts) || !fs::is_directory(parts)) return parts + ": is no folder of a run";
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parts, error)) {
    const std::string name = entry.path().filename().string();
    if (!is_part(parts, name)) return parts + ": holds " + name + ", which is not of a run";
    old_parts_.push_back(parts + "/" + name);
  }
  return {};
}

// Only what a run puts there, by name.
void RunFolder::empty_out() const {
  for (const std::string& name : leftovers_in(path_)) ::unlink((path_ + "/" + name).c_str());
  ::rmdir((path_ + "/parts").c_str());
  leave();
}

// ---- From here on nothing but system calls: a signal handler comes this way ----

bool RunFolder::advance(Stage from, Stage to) const {
  return ::rename(marks_[static_cast<std::size_t>(from)].c_str(),
                  marks_[static_cast<std::size_t>(to)].c_str()) == 0;
}

void RunFolder::clear_the_way() const {
  for (std::size_t i = moves_.size(); i-- > 0;) {
    const Move& move = moves_[i];
    const bool replaced = ::access(move.from.c_str(), F_OK) == 0;
    // summary.json is the last of the list, and so the first to go.
    if (!replaced || i + 1 == moves_.size()) ::unlink(move.to.c_str());
  }
  for (const std::string& part : old_parts_) ::unlink(part.c_str());
  ::rmdir((moves_.front().to).c_str());
  advance(Stage::whole, Stage::moving);
}

// What could not be moved, with errno; nullptr: all is in its place.
const char* RunFolder::move_all() const {
  for (const Move& move : moves_) {
    if (::access(move.from.c_str(), F_OK) != 0) continue;
    if (::rename(move.from.c_str(), move.to.c_str()) != 0) return move.to.c_str();
  }
  return nullptr;
}

// The folder goes, unless something is left in it; then it keeps its mark.
void RunFolder::leave() const {
  for (const std::string& each : scratch_) ::unlink(each.c_str());
  for (const std::string& each : marks_) ::unlink(each.c_str());
  if (::rmdir(path_.c_str()) == 0) return;
  const int file = ::open(marks_[0].c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (file >= 0) ::close(file);
}

// What stood in the way, with errno; nullptr: all is in its place.
const char* RunFolder::put_in_place() const {
  if (!advance(Stage::growing, Stage::whole)) return marks_[1].c_str();
  clear_the_way();
  const char* const stuck = move_all();
  if (stuck == nullptr) advance(Stage::moving, Stage::growing);
  return stuck;
}

void swap_in_at_firmware_end() {
  RunFolder* const folder = std::exchange(open_folder, nullptr);
  if (folder != nullptr && folder->put_in_place() == nullptr) folder->leave();
}

// ---- Strings again ----

std::string RunFolder::swap_in() {
  settled_ = true;
  if (const char* const stuck = put_in_place(); stuck != nullptr) {
    return fmt::format("{}: cannot be put in its place ({}); the whole set is in {}", stuck,
                       std::strerror(errno), path_);
  }
  empty_out();
  if (made_out_) ::rmdir(out_.c_str());  // of a run that could write nothing
  return {};
}

}  // namespace sim::run
