// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/firmware_end.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "os/exit_code.hpp"
#include "os/files.hpp"
#include "sim/drive/run_folder.hpp"

namespace sim::run {
namespace {

using models::FirmwareCall;

void write_all(int file, const char* text, std::size_t n) {
  while (n > 0) {
    const ssize_t written = ::write(file, text, n);
    if (written <= 0) return;
    text += written;
    n -= static_cast<std::size_t>(written);
  }
}

// Signal handlers may call next to nothing: texts are put together in this.
class Line {
 public:
  Line& add(const char* text) {
    while (*text != 0 && n_ < sizeof text_) text_[n_++] = *text++;
    return *this;
  }
  // What a firmware brought: nothing that a terminal, XML or JSON would read as its own.
  Line& plain(const char* text) {
    for (; *text != 0 && n_ < sizeof text_; ++text) {
      const bool harmless =
          *text >= ' ' && *text <= '~' && std::strchr("\"&<>\\", *text) == nullptr;
      text_[n_++] = harmless ? *text : *text == '"' ? '\'' : '?';
    }
    return *this;
  }
  Line& number(std::uint64_t value, int digits = 1, unsigned base = 10) {
    char reversed[24];
    int n = 0;
    for (; value != 0 || n < digits; value /= base)
      reversed[n++] = "0123456789abcdef"[value % base];
    while (n > 0 && n_ < sizeof text_) text_[n_++] = reversed[--n];
    return *this;
  }
  // HH:MM:SS, with `fraction` to the nanosecond.
  Line& clock(kernel::TimeNs at, bool fraction) {
    const std::uint64_t s = ns_of(at) / 1'000'000'000;
    number(s / 3600, 2).add(":").number(s / 60 % 60, 2).add(":").number(s % 60, 2);
    if (fraction) add(".").number(ns_of(at) % 1'000'000'000, 9);
    return *this;
  }
  Line& seconds(kernel::TimeNs at) {
    return number(ns_of(at) / 1'000'000'000).add(".").number(ns_of(at) % 1'000'000'000, 9);
  }
  Line& device(const FirmwareCall::Record& call) {
    if (call.number == 0) return add("a ").add(call.device).add(" that is not built yet");
    return add(call.device).add(" ").number(call.number);
  }
  Line& place(const FirmwareCall::Record& call) {
    return add(" in ").add(call.upcall).add(", at ").clock(call.at, true).add(" of simulated time");
  }
  void write(int file) const { write_all(file, text_, n_); }
  void say() const { write(STDERR_FILENO); }

 private:
  static std::uint64_t ns_of(kernel::TimeNs at) {
    return static_cast<std::uint64_t>(std::max<kernel::TimeNs>(at, 0));
  }

  char text_[4096];
  std::size_t n_ = 0;
};

// ---- Prepared in good time ----

constexpr std::size_t kMaxHint = 1024;
constexpr std::size_t kMaxPath = 4096;
char hint_left[kMaxHint];
char hint_debug[kMaxHint];

struct Prepared {
  char path[kMaxPath];
  char unfinished[kMaxPath];
  const char* text;  // on pages of its own that nobody can write to
  std::size_t n;
};
Prepared prepared[2];

template <std::size_t kSize>
void copy(const std::string& from, char (&to)[kSize]) {
  const std::size_t n = std::min(from.size(), kSize - 1);
  std::copy_n(from.data(), n, to);
  to[n] = 0;
}

// A reader never meets half of it.
void write_prepared(const Prepared& file, const Line& sentence, kernel::TimeNs at) {
  if (file.path[0] == 0 || file.text == nullptr) return;
  const int out = ::open(file.unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (out < 0) return;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= file.n; ++i) {
    const bool mark = i == file.n || file.text[i] == kSentence || file.text[i] == kSimulatedS;
    if (!mark) continue;
    write_all(out, file.text + begin, i - begin);
    begin = i + 1;
    if (i == file.n) break;
    if (file.text[i] == kSentence) {
      sentence.write(out);
    } else {
      Line().seconds(at).write(out);
    }
  }
  ::close(out);
  ::rename(file.unfinished, file.path);
}

void end(const Line& sentence, const FirmwareCall::Record& call) {
  Line line;
  line.add("\n");
  line.say();
  sentence.say();
  Line rest;
  rest.add("\n");
  if (hint_left[0] != 0) rest.add("  ").add(hint_left).add("\n");
  if (hint_debug[0] != 0 && call.number != 0 && std::strcmp(call.device, "meter") == 0) {
    rest.add("  to stand in that upcall: gdb --args ").add(hint_debug);
    rest.add(" --meter ").number(call.number).add(" --until ").clock(call.at, false);
    if (call.nth > 1) rest.add(" --upcall ").number(call.nth);
    rest.add("\n");
  }
  rest.say();
  for (const Prepared& file : prepared) write_prepared(file, sentence, call.at);
  swap_in_at_firmware_end();
}

}  // namespace

void leave_at_once(int code) {
  for (;;) ::syscall(SYS_exit_group, code);
}

void end_by_firmware(const FirmwareCall::Record& call, const char* what, const char* detail) {
  Line sentence;
  sentence.device(call).add(": its firmware ").add(what).plain(detail).place(call);
  end(sentence, call);
  leave_at_once(os::kFirmware);
}

void end_without_memory(const FirmwareCall::Record& call) {
  Line line;
  line.add("\namitwin: no memory is left (ulimit -v?); it was in the firmware of ").device(call);
  line.place(call).add("\n").say();
  leave_at_once(os::kEnvironment);
}

void end_by_broken_memory() {
  Line()
      .add(
          "\namitwin: a firmware crashed, and broke what was known of it: meter, time and "
          "upcall cannot be told\n")
      .say();
  leave_at_once(os::kFirmware);
}

void end_interrupted(const FirmwareCall::Record* stuck) {
  Line line;
  line.add("\n");
  if (stuck != nullptr) {
    line.device(*stuck).add(": interrupted, and its firmware does not return").place(*stuck);
  } else {
    line.add("amitwin: interrupted twice, ended at once");
  }
  line.add("\n").say();
  leave_at_once(os::kInterrupted);
}

void tell_own_crash(const char* signal, const void* address) {
  Line line;
  line.add("amitwin crashed: ").add(signal);
  if (address != nullptr) {
    line.add(" at address 0x").number(reinterpret_cast<std::uintptr_t>(address), 1, 16);
  }
  line.add(", in no firmware");
  const FirmwareCall::Record* const last = FirmwareCall::last();
  if (last == nullptr || !FirmwareCall::has_guest()) {
    Line().add("\n").say();
    line.add(": a fault of amitwin itself\n").say();
    return;
  }
  line.add("; most likely a firmware wrote where nothing is its own. The last to run was ");
  line.device(*last).place(*last);
  end(line, *last);
  leave_at_once(os::kFirmware);
}

void set_firmware_hint(const std::string& left, const std::string& debug_line) {
  copy(left, hint_left);
  copy(debug_line, hint_debug);
}

void set_firmware_file(std::size_t which, const std::string& path, const std::string& text) {
  Prepared& file = prepared[which];
  file.path[0] = 0;
  if (path.empty() || path.size() + std::strlen(os::kUnfinished) >= kMaxPath) return;
  void* const pages =
      ::mmap(nullptr, text.size() + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return;
  std::memcpy(pages, text.data(), text.size());
  ::mprotect(pages, text.size() + 1, PROT_READ);
  file.text = static_cast<const char*>(pages);
  file.n = text.size();
  copy(path + os::kUnfinished, file.unfinished);
  copy(path, file.path);
}

}  // namespace sim::run
