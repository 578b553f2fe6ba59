// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Faults that take C++.
#if defined FAULT_THROW
#include <stdexcept>

extern "C" void throw_something();
extern "C" void throw_something() { throw std::runtime_error("no \"more\" <memory>"); }
#elif defined FAULT_LOAD
namespace {
// Before anybody calls it.
const int crashes_when_loaded = [] { return *reinterpret_cast<volatile int*>(16); }();
}  // namespace
#endif
