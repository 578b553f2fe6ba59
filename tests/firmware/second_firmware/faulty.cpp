// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Faults that take C++.
#if defined FAULT_THROW
#include <stdexcept>

extern "C" void throw_something();
extern "C" void throw_something() { throw std::runtime_error("no \"more\" <memory>"); }
#elif defined FAULT_LOAD_WAIT
#include <unistd.h>
namespace {
const bool waits_when_loaded = [] {
  for (bool said = write(STDERR_FILENO, "waits\n", 6) == 6; said;) pause();
  return true;
}();
}  // namespace
#elif defined FAULT_LOAD
namespace {
// Before anybody calls it.
const int crashes_when_loaded = [] { return *reinterpret_cast<volatile int*>(16); }();
}  // namespace
#endif
