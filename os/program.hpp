// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <csignal>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace os {

// First of all in main(): a reader that goes away (SIGPIPE) and a file that may not grow (SIGXFSZ)
// are errors of the write that meets them, not sudden deaths; and descriptors 0 to 2 are there, so
// that no file of ours takes the place of a closed standard output. As many descriptors as the
// system allows. SIGINT, SIGTERM and SIGHUP, unless whoever started us asked for deafness, end the
// program with kInterrupted and a sentence with its name; who has more to do then handles them
// itself.
void begin_program(const std::string& name);

// While it lives these three signals wait: for what must not be left half done, and is short.
class HeldSignals {
 public:
  HeldSignals();
  ~HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

 private:
  sigset_t before_;
};

// What they did before somebody takes them over for a while.
class KeptSignals {
 public:
  KeptSignals();
  // Those that whoever started us did not ask to be deaf to.
  std::vector<int> heard() const;
  void restore() const;

 private:
  std::array<struct sigaction, 3> before_{};
};

// For people, on standard error: a line that nobody can take is no reason to stop. Whatever users
// and files gave to be said: nothing of it moves the cursor or changes colours, and of a line
// longer than kMaxSaid octets the middle is left out.
inline constexpr std::size_t kMaxSaid = 1000;
void say(std::string_view text);
// For our own marks alone, such as those of a progress line.
void draw(std::string_view text);

// Last of all: whether everything said on standard output got there. `code`, or kEnvironment and a
// sentence with the program's name; without one when the reader wanted no more (| head).
int end_program(const std::string& name, int code);

// Descriptors this process may have open, and how many more it can still open.
struct Descriptors {
  std::size_t limit;
  std::size_t free;
};
Descriptors descriptors();
// A sentence when the limit is below what is needed; empty: there are enough.
std::string too_few_descriptors(std::size_t needed, const std::string& what_for);

}  // namespace os
