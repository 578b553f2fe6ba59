// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/display/display.hpp"

#include <algorithm>

#include "meter/fw/relay/relay.hpp"
#include "meter/fw/supply/battery.hpp"

namespace meter::fw {
namespace {

constexpr std::int64_t kSecond_us = 1'000'000;
// A phase below half the nominal voltage is not there.
constexpr double kPresent_v = 120;
// Of a lithium cell of 3.6 V that is all but used up.
// Authenticated and encrypted, class 64.
constexpr std::uint8_t kFullPolicy = 3;

std::size_t message_pages(const DisplaySetup& setup) {
  return (setup.message_octets + kMainDigits - 1) / kMainDigits;
}

void put_flow(const Core& core, Frame& frame) {
  const WindowReading& reading = core.reading;
  for (std::size_t k = 0; k < core.n_elements; ++k) {
    frame.light(symbol_after(Symbol::phase_1, k),
                reading.element[k].voltage2_v2 >= kPresent_v * kPresent_v);
  }
  frame.light(Symbol::imports, reading.active_uj > 0);
  frame.light(Symbol::exports, reading.active_uj < 0);
  if (reading.active_uj == 0 && reading.reactive_uj == 0) return;
  const bool capacitive = reading.reactive_uj < 0;
  const std::size_t quadrant = reading.exporting ? (capacitive ? 2u : 1u) : (capacitive ? 3u : 0u);
  frame.light(symbol_after(Symbol::quadrant_1, quadrant));
}

void put_states(const Core& core, const DisplaySetup& setup, Frame& frame) {
  const DurableState& state = core.durable.state;
  const bool closed = core.settings.output_state != 0;
  frame.light(symbol_after(Symbol::tariff_1, core.durable.billing.rates.active));
  frame.light(Symbol::relay_closed, closed);
  frame.light(Symbol::relay_open, !closed);
  frame.light(Symbol::button, core.settings.control_state == kReadyForReconnection);
  frame.light(Symbol::battery, core.hal.battery_mv() < kLowBattery_mv);
  frame.light(Symbol::meter_cover, (state.tamper.inputs >> METER_INPUT_COVER & 1) != 0);
  frame.light(Symbol::terminal_cover, (state.tamper.inputs >> METER_INPUT_TERMINAL_COVER & 1) != 0);
  frame.light(Symbol::magnet, (state.tamper.inputs >> METER_INPUT_MAGNET & 1) != 0);
  frame.light(Symbol::difference, state.tamper.currents_differ != 0);
  frame.light(Symbol::clock, core.clock.valid);
  frame.light(Symbol::event, state.alarm.raised != 0);
  frame.light(Symbol::profile, core.clock.valid && core.setup_of(LogId::load).period_s != 0);
  frame.light(Symbol::key, core.settings.security_policy == kFullPolicy);
  frame.light(Symbol::error, core.errors() != 0);
  frame.light(Symbol::message, setup.message_octets != 0);
}

}  // namespace

void Display::take_setup(const Core& core, Deadlines& deadlines) {
  if (!core.hal.has_display()) return;
  const DisplaySetup setup = display_setup(core);
  backlight_ = setup.backlight;
  backlight_s_ = setup.backlight_s;
  core.hal.backlight(backlight_ == Backlight::always);
  if (pressed_us_ != kNever) shine(core, deadlines);
  settle(setup, core.hal.uptime_us());
  // Perhaps of another list now.
  page_ = 0;
}

void Display::shine(const Core& core, Deadlines& deadlines) const {
  if (backlight_ != Backlight::after_button) return;
  core.hal.backlight(true);
  deadlines.set(core.hal, Deadline::display, core.hal.uptime_us() + backlight_s_ * kSecond_us);
}

void Display::on_time(const Core& core) {
  if (backlight_ == Backlight::after_button) core.hal.backlight(false);
}

void Display::on_button(const Core& core, Deadlines& deadlines, bool pressed) {
  if (!core.hal.has_display()) return;
  const std::int64_t now_us = core.hal.uptime_us();
  shine(core, deadlines);
  if (pressed) {
    pressed_us_ = now_us;
    return;
  }
  if (pressed_us_ == kNever) return;  // it was held since before the boot
  const DisplaySetup setup = display_setup(core);
  const bool long_press = now_us - pressed_us_ >= kLongPress_us;
  pressed_us_ = kNever;
  settle(setup, now_us);
  if (long_press) {
    list_ = list_ == kClientList ? kServiceList : kClientList;
    page_ = 0;
  } else {
    page_ = manual_ ? static_cast<std::uint8_t>(page_ + 1) : std::uint8_t{0};
  }
  manual_ = true;
  released_us_ = now_us;
}

bool Display::tests(std::int64_t now_us) const {
  return now_us < kSelfTest_us || (pressed_us_ != kNever && now_us - pressed_us_ >= kLongPress_us);
}

bool Display::rests(std::int64_t now_us) const {
  return asleep_ && pressed_us_ == kNever && (!manual_ || now_us - released_us_ >= kAwake_us);
}

void Display::fall_asleep(const Core& core) {
  asleep_ = true;
  if (!core.hal.has_display()) return;
  manual_ = false;
  pressed_us_ = kNever;
  list_ = kClientList;
  backlight_ = Backlight::off;
  core.hal.backlight(false);
}

// Nobody has touched the button for long enough.
void Display::settle(const DisplaySetup& setup, std::int64_t now_us) {
  const std::int64_t returns_us = released_us_ + setup.return_s * kSecond_us;
  if (!manual_ || now_us < returns_us) return;
  manual_ = false;
  list_ = kClientList;
  scrolls_since_us_ = returns_us;
}

// Of the list and the message behind it.
std::size_t Display::page(const DisplaySetup& setup, std::int64_t now_us) const {
  const std::size_t pages =
      setup.lists[list_].n + (list_ == kClientList ? message_pages(setup) : 0);
  if (manual_) return page_ % pages;
  if (setup.scroll_s == 0) return 0;
  const std::int64_t turns = (now_us - scrolls_since_us_) / (setup.scroll_s * kSecond_us);
  return static_cast<std::size_t>(turns % static_cast<std::int64_t>(pages));
}

void Display::put_page(const Core& core, const DisplaySetup& setup, std::int64_t now_us,
                       Frame& frame) const {
  if (!manual_ && (core.errors() & kErrorsCritical) != 0) {
    return put_item(core, kErrorItem, 0, frame);
  }
  const std::size_t at = page(setup, now_us);
  const DisplayList& list = setup.lists[list_];
  if (at < list.n) return put_item(core, list.items[at].item, list.items[at].decimals, frame);
  std::string_view text = setup.text();
  text.remove_prefix(std::min(text.size(), kMainDigits * (at - list.n)));
  text.remove_suffix(text.size() - std::min(text.size(), kMainDigits));
  frame.text(kMainLine, kMainDigits, text);
}

void Display::show(const Core& core, const Indications& at_ports) {
  if (!core.hal.has_display()) return;
  const std::int64_t now_us = core.hal.uptime_us();
  Frame frame;
  if (tests(now_us)) {
    frame.light_all();
  } else if (!rests(now_us)) {
    const DisplaySetup setup = display_setup(core);
    settle(setup, now_us);
    put_page(core, setup, now_us, frame);
    put_flow(core, frame);
    put_states(core, setup, frame);
    frame.light(Symbol::optical, at_ports.optical);
    frame.light(Symbol::line, at_ports.line);
    frame.light(Symbol::service, list_ == kServiceList);
  }
  core.hal.display_write(frame.segments());
}

}  // namespace meter::fw
