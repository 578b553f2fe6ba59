// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "meter/hal/meter_hal.h"
#include "models/core/parts/device.hpp"
#include "models/core/parts/firmware_call.hpp"

namespace models {

// Whoever wants to stand in an upcall when it happens: a debugger's end of this program.
class UpcallBreak {
 public:
  // `code` is where the firmware's function begins.
  virtual void before(const FirmwareCall& call, void* instance, void* code) = 0;
  virtual void after() = 0;

 protected:
  ~UpcallBreak() = default;
};

// One firmware instance, and the only way into it: upcalls never nest. What is `noexcept` here
// keeps its FirmwareCall when a firmware throws, so that std::terminate's handler can name it.
class UpcallGate {
 public:
  UpcallGate(DeviceLife& life, const meter_firmware& firmware, std::uint32_t meter)
      : life_(life), firmware_(&firmware), memory_(firmware.instance_bytes), meter_(meter) {}
  UpcallGate(const UpcallGate&) = delete;
  UpcallGate& operator=(const UpcallGate&) = delete;

  // The windows come first, then the call itself; afterwards the supply may turn out to be gone.
  // Not at all while the firmware is off. `name` is the entry's, for people.
  template <typename... Parameters, typename... Arguments>
  void upcall(const char* name, void (*meter_firmware::*entry)(void*, Parameters...),
              Arguments... arguments) {
    if (!life_.running) return;
    const kernel::TimeNs now = life_.now();
    before_upcall(now);
    watch_.begin(now);
    call(name, entry, arguments...);
    watch_.leave();
    after_upcall(life_.now(), watch_.stuck());
  }
  // Between two upcalls, as part of one: windows; the production line.
  template <typename Result, typename... Parameters, typename... Arguments>
  Result within(const char* name, Result (*meter_firmware::*entry)(void*, Parameters...),
                Arguments... arguments) noexcept {
    watch_.enter();
    const Leave leave{watch_};
    return call(name, entry, arguments...);
  }
  void init(const meter_hal& hal) {
    memory_.clear();
    watch_.restart();
    within("init", &meter_firmware::init, &hal);
  }
  // Memory for a power line modem behind the instance, if the firmware wants it.
  void add_plc_memory() {
    plc_memory_ = true;
    make_memory();
  }
  // Another one from the next init on.
  void load(const meter_firmware& firmware) {
    firmware_ = &firmware;
    make_memory();
  }

  // In the nth call of the second that begins at the time, windows included, or the first after it.
  void break_at(kernel::TimeNs at, std::uint32_t nth, UpcallBreak& who) {
    break_at_ns_ = at;
    break_nth_ = nth;
    break_ = &who;
  }
  std::uint32_t meter() const { return meter_; }
  const meter_firmware& firmware() const { return *firmware_; }
  void* instance() { return memory_.get(); }
  bool running() const { return life_.running; }
  std::uint64_t upcalls() const { return watch_.upcalls(); }

 protected:
  ~UpcallGate() = default;

 private:
  virtual void before_upcall(kernel::TimeNs now) = 0;
  virtual void after_upcall(kernel::TimeNs now, bool stuck) = 0;

  struct Leave {
    UpcallWatch& watch;
    ~Leave() { watch.leave(); }
  };
  struct EndOfBreak {
    UpcallBreak& who;
    ~EndOfBreak() { who.after(); }
  };
  std::uint32_t count_call(kernel::TimeNs now) {
    if (now >= second_end_ns_) {
      second_end_ns_ = (now / kernel::kNsPerSecond + 1) * kernel::kNsPerSecond;
      in_second_ = 0;
    }
    return ++in_second_;
  }
  bool breaks(const FirmwareCall& call) const {
    if (call.at() < break_at_ns_) return false;
    return call.nth() >= break_nth_ || call.at() >= break_at_ns_ + kernel::kNsPerSecond;
  }
  template <typename Result, typename... Parameters, typename... Arguments>
  Result call(const char* name, Result (*meter_firmware::*entry)(void*, Parameters...),
              Arguments... arguments) noexcept {
    const FirmwareCall in("meter", meter_, name, life_.now(), count_call(life_.now()));
    if (!breaks(in)) return (firmware_->*entry)(memory_.get(), arguments...);
    break_at_ns_ = kernel::kNever;
    break_->before(in, memory_.get(), reinterpret_cast<void*>(firmware_->*entry));
    const EndOfBreak end{*break_};
    return (firmware_->*entry)(memory_.get(), arguments...);
  }
  void make_memory() {
    const std::size_t behind = plc_memory_ ? firmware_->plc_bytes : 0;
    memory_ = InstanceMemory(firmware_->instance_bytes + behind);
  }

  DeviceLife& life_;
  const meter_firmware* firmware_;
  InstanceMemory memory_;
  bool plc_memory_ = false;
  UpcallBreak* break_ = nullptr;
  kernel::TimeNs break_at_ns_ = kernel::kNever;
  std::uint32_t break_nth_ = 1;
  std::uint32_t in_second_ = 0;  // calls so far in the second that ends then
  kernel::TimeNs second_end_ns_ = 0;
  UpcallWatch watch_;
  std::uint32_t meter_;
};

}  // namespace models
