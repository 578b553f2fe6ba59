// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "os/exit_code.hpp"

namespace sim::run {

// Where a run writes: OUT/unfinished, a folder with a mark of its own. What an earlier run left in
// OUT stays as it is until the new set is whole, and takes its place by renames alone:
//  1. the mark says that the set is whole;
//  2. what nothing of the new set replaces goes, the old summary.json first: where there is none,
//     a set is not whole;
//  3. the mark says so, and files are renamed, summary.json last.
// A process that is killed in between leaves a set which the next run into OUT puts in its place
// before it begins.
//
// Files that no run of ours has written are neither replaced nor deleted: they are named, and
// nothing is run.
class RunFolder {
 public:
  // Makes OUT, and OUT/unfinished in it, empty and locked for this process.
  explicit RunFolder(const std::string& out);
  // Without swap_in() or keep() before, nothing of this run is left.
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  // Not empty: a sentence, with `code` kBadInput or kEnvironment; nothing was touched.
  const std::string& error() const { return error_; }
  int code() const { return code_; }
  const std::string& path() const { return path_; }
  // OUT had a result when this began.
  bool earlier() const { return earlier_; }

  // The set takes its place. A sentence when it cannot: then it stays at path(), to be completed.
  std::string swap_in();
  // It stays at path() until the next run into OUT.
  void keep() { settled_ = true; }

 private:
  struct Move {
    std::string from;
    std::string to;
  };
  enum class Stage { growing, whole, moving };
  std::string look_for_strangers();
  std::string look_at_parts();
  bool enter();
  bool lock();
  bool complete(Stage stage);
  void refuse(int code, const std::string& sentence);
  void empty_out() const;
  std::string mark(Stage stage) const;
  bool advance(Stage from, Stage to) const;
  void clear_the_way() const;
  const char* move_all() const;
  const char* put_in_place() const;
  void leave() const;
  friend void swap_in_at_firmware_end();

  std::string out_;
  std::string path_;
  std::string error_;
  int code_ = os::kGood;
  bool made_out_ = false;
  bool earlier_ = false;
  bool settled_ = false;
  int lock_ = -1;
  // For a signal handler, which may make no strings.
  std::string marks_[3];
  std::vector<Move> moves_;  // in their order
  std::vector<std::string> scratch_;
  std::vector<std::string> old_parts_;
};

// For the guard of firmwares, out of a signal handler: what a run has until now is whole as far as
// it goes, and takes its place.
void swap_in_at_firmware_end();

}  // namespace sim::run
