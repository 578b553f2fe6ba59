// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/meter/upcall_gate.hpp"

namespace sim::run {

// Where `amitwin debug` stops: in the first instruction of the firmware's function, with the
// instance as its argument. A firmware is prepared for that by a no-operation at its functions'
// beginning (-fpatchable-function-entry=1 or -fcf-protection=branch; preset `debug`): a breakpoint
// takes its place. In another one the stop is in front of the call.
class DebugStop final : public models::UpcallBreak {
 public:
  explicit DebugStop(const char* firmware_name) : firmware_(firmware_name) {}
  bool reached() const { return reached_; }

  // Whether a debugger follows this process.
  static bool debugger();

 private:
  void before(const models::FirmwareCall& call, void* instance, void* code) override;
  void after() override;

  const char* firmware_;
  unsigned char* patched_ = nullptr;
  unsigned char original_ = 0;
  bool reached_ = false;
};

}  // namespace sim::run
