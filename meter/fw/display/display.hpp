// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/core/deadlines.hpp"
#include "meter/fw/display/setup.hpp"

namespace meter::fw {

inline constexpr std::int64_t kSelfTest_us = 3'000'000;   // after power on
inline constexpr std::int64_t kAwake_us = 10'000'000;     // on the battery, after a press
inline constexpr std::int64_t kLongPress_us = 2'000'000;  // tests, and turns to the other list

// What runs at the ports, for its symbols.
struct Indications {
  bool optical = false;  // a link at the optical port
  bool line = false;     // one to the module, or a connection on the power line
};

// The display. A frame is a function of the time, of what happened and of what the meter knows;
// it is made when the controller asks for one (meter/hal/display.h), so that a meter at which
// nobody looks computes nothing, and keeps no more than the button.
//
// By itself it scrolls the client list, behind it what is left to be told (message). A short press
// of the button takes the list at its first item, each further one goes on. A long one lights all
// segments while it lasts, and then turns to the service list, or back. Some time after the last
// press it scrolls by itself again. A critical error stands in the place of what scrolls.
class Display {
 public:
  // At boot, and when what clients choose has changed.
  void take_setup(const Core& core, Deadlines& deadlines);
  void on_button(const Core& core, Deadlines& deadlines, bool pressed);
  // The backlight has shone long enough.
  void on_time(const Core& core);
  // From now on there is the battery alone: dark, but for a while after each press.
  void fall_asleep(const Core& core);
  bool is_asleep() const { return asleep_; }
  void show(const Core& core, const Indications& at_ports);

 private:
  bool tests(std::int64_t now_us) const;
  bool rests(std::int64_t now_us) const;
  void settle(const DisplaySetup& setup, std::int64_t now_us);
  std::size_t page(const DisplaySetup& setup, std::int64_t now_us) const;
  void put_page(const Core& core, const DisplaySetup& setup, std::int64_t now_us,
                Frame& frame) const;
  void shine(const Core& core, Deadlines& deadlines) const;

  std::int64_t pressed_us_ = kNever;  // since then it is held
  std::int64_t released_us_ = 0;
  std::int64_t scrolls_since_us_ = 0;
  std::uint8_t page_ = 0;  // of the list, by the button
  bool manual_ = false;
  bool asleep_ = false;
  std::uint8_t list_ = kClientList;
  Backlight backlight_ = Backlight::off;
  std::uint8_t backlight_s_ = 0;
};

}  // namespace meter::fw
