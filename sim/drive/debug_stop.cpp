// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/debug_stop.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <string>

#include "os/files.hpp"
#include "os/program.hpp"
#include "sim/drive/wall.hpp"

namespace sim::run {
namespace {

constexpr unsigned char kBreakpoint = 0xCC;  // INT3
constexpr unsigned char kNoOperation = 0x90;
// ENDBR64 is F3 0F 1E FA; without its first octet it is still a no-operation.
constexpr unsigned char kEndBranch[] = {0xF3, 0x0F, 0x1E, 0xFA};

bool may_be_replaced(const unsigned char* code) {
  if (*code == kNoOperation) return true;
  for (std::size_t i = 0; i < sizeof kEndBranch; ++i) {
    if (code[i] != kEndBranch[i]) return false;
  }
  return true;
}

// A private copy of the page, as debuggers do it.
bool put(unsigned char* at, unsigned char octet) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  void* const from = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(at) / page * page);
  if (::mprotect(from, page, PROT_READ | PROT_WRITE | PROT_EXEC) != 0) return false;
  *at = octet;
  return ::mprotect(from, page, PROT_READ | PROT_EXEC) == 0;
}

}  // namespace

bool DebugStop::debugger() {
  const std::string status = os::read_file("/proc/self/status", os::kMaxTextOctets).text;
  const std::string name = "\nTracerPid:\t";
  const std::size_t at = status.find(name);
  return at != std::string::npos && status[at + name.size()] != '0';
}

void DebugStop::before(const models::FirmwareCall& call, void* instance, void* code) {
  reached_ = true;
  auto* const first = static_cast<unsigned char*>(code);
  const bool inside = may_be_replaced(first);
  os::say(fmt::format("\n{} {}, {} of simulated time: {} of firmware {}, instance {}, code {}\n",
                      call.device(), call.number(), clock_text(call.at()), call.upcall(), firmware_,
                      instance, code));
  if (inside) {
    os::say(
        "stopped inside: backtrace and up show who calls, next and step go on in the firmware, "
        "finish runs to its end, continue to the end of the scenario\n");
    original_ = *first;
    if (put(first, kBreakpoint)) {
      patched_ = first;
      return;
    }
  }
  os::say(fmt::format(
      "stopped before the call (the firmware was not built for a stop inside: preset debug, or "
      "-fpatchable-function-entry=1): go in with: break *{}, continue\n",
      code));
  ::raise(SIGTRAP);
}

void DebugStop::after() {
  if (patched_ != nullptr) put(patched_, original_);
  patched_ = nullptr;
}

}  // namespace sim::run
