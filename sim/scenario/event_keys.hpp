// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "kernel/time.hpp"
#include "protocol/hosted/power_limit/limit.hpp"
#include "protocol/hosted/tariff_plan/plan.hpp"
#include "sim/scenario/key.hpp"

namespace sim::run {

enum class EventType {
  relay,
  clock_shift,
  clock_error,
  network_loss,
  outage,
  sag,
  concentrator_outage,
  calendar,
  cover,
  terminal_cover,
  magnet,
  seal,
  button,
  limit,
  contact,
  look,
  parameter,
  bypass,
  neutral_fault,
  temperature,
  battery,
  watch,
  upset,
  image,
  key
};
inline Names names_of(EventType) {
  return {"relay",
          "clock_shift",
          "clock_error",
          "network_loss",
          "outage",
          "sag",
          "concentrator_outage",
          "calendar",
          "cover",
          "terminal_cover",
          "magnet",
          "seal",
          "button",
          "limit",
          "contact",
          "look",
          "parameter",
          "bypass",
          "neutral_fault",
          "temperature",
          "battery",
          "watch",
          "upset",
          "image",
          "key"};
}
enum class RelayOrder { open, close };
inline Names names_of(RelayOrder) { return {"open", "close"}; }
enum class ContactFate { opens, closes, welds };
inline Names names_of(ContactFate) { return {"opens", "closes", "welds"}; }

// What happens to the hardware of a meter.
struct BoardFate {
  ContactFate contact = ContactFate::opens;
  double celsius = 23;
  double ramp_s = 0;
  double charge_percent = 0;

  static void describe(auto& key) {
    using T = EventType;
    key("fate", &BoardFate::contact,
        "What the relay's contact does without an order: a blow opens or closes it, a short "
        "circuit welds it where it is.")
        .mandatory()
        .only_in({T::contact});
    key("celsius", &BoardFate::celsius, range(-40, 85), "C",
        "How warm the board is from then on, in the mean of a day.")
        .mandatory()
        .only_in({T::temperature});
    key("ramp_s", &BoardFate::ramp_s, range(0, kYearS), "s", "Time that the change takes, evenly.")
        .only_in({T::temperature});
    key("charge_percent", &BoardFate::charge_percent, range(0, 100), "%",
        "What is in the backup battery from then on; 0: it is dead, 100: a new one.")
        .mandatory()
        .only_in({T::battery});
  }
};

// What happens at a time; which fields count depends on the type.
struct Event {
  kernel::TimeNs at = 0;
  EventType type = EventType::relay;
  MeterSet meters;
  RelayOrder value = RelayOrder::open;  // relay: an order the head-end gives
  double shift_s = 0;      // clock_shift: an order to shift; clock_error: the clock goes wrong
  double duration_s = 0;   // network_loss, outage, cover ...
  double duration_ms = 0;  // sag, button
  double residual = 0.5;   // what is left: sag (more than 1: a swell), bypass, neutral_fault
  std::int64_t concentrator = 1;   // concentrator_outage
  std::string file;                // calendar: where its plan stands, or; image: its name
  std::string plan;                // the plan itself; parameter: the settings
  kernel::TimeNs activate_at = 0;  // calendar, image
  protocol::tariff::Plan tariff;   // calendar: as read, with its time
  // limit: one of the three
  std::optional<double> threshold_w;
  std::optional<double> threshold_a;
  std::optional<double> threshold_v;
  double over_s = 60;
  double under_s = 60;
  std::optional<double> emergency_w;
  kernel::TimeNs emergency_at = 0;
  double emergency_s = 3600;
  std::optional<std::int64_t> control_mode;
  protocol::limits::PowerLimit limit;  // as read
  BoardFate board;                     // contact, temperature, battery

  static void describe(auto& key) {
    using T = EventType;
    key("at", &Event::at, moment(), "", "When.").mandatory();
    key("type", &Event::type, "What; see below.").mandatory();
    key("meter", &Event::meters,
        "Whom it happens to; network_loss and concentrator_outage take none.");
    key("value", &Event::value, "The order.").mandatory().only_in({T::relay});
    key("shift_s", &Event::shift_s, range(-100e6, 100e6), "s",
        "Forward is positive; a clock_shift takes -900 to 900.")
        .mandatory()
        .only_in({T::clock_shift, T::clock_error});
    key("duration_s", &Event::duration_s, range(0.001, kYearS), "s", "How long.")
        .mandatory()
        .only_in({T::network_loss, T::outage, T::concentrator_outage, T::cover, T::terminal_cover,
                  T::magnet, T::seal, T::bypass, T::neutral_fault, T::watch});
    key("duration_ms", &Event::duration_ms, range(1, 60'000), "ms", "How long.")
        .mandatory()
        .only_in({T::sag, T::button});
    key("residual", &Event::residual, range(0, 1.4), "",
        "What is left: of the voltage as it would be (sag; a swell is more than 1), of the current "
        "that goes through the meter's phases (bypass), of what comes back through its neutral "
        "(neutral_fault); of a current 0 to 0.95.")
        .only_in({T::sag, T::bypass, T::neutral_fault});
    key("concentrator", &Event::concentrator, range(1, 1000), "",
        "Which one loses its supply at that instant.")
        .only_in({T::concentrator_outage});
    key("file", &Event::file, "A tariff plan, see docs/tariffs.md; relative to the scenario.")
        .only_in({T::calendar});
    key("plan", &Event::plan,
        "calendar: the plan itself, in the place of a file; limit: its words (docs/limits.md), as "
        "\"quantity=sag threshold=2200\".")
        .only_in({T::calendar, T::limit});
    key("activate_at", &Event::activate_at, moment(), "",
        "When the plan comes into force; behind at.")
        .mandatory()
        .only_in({T::calendar});
    key("image", &Event::file, "Which [[image]] goes to the meters.")
        .mandatory()
        .only_in({T::image});
    key("activated_at", &Event::activate_at, moment(), "",
        "When the image is activated, behind at; without it, as soon as it is verified.")
        .only_in({T::image});
    describe_limit(key);
    key("set", &Event::plan,
        "What the head-end sets and reads back, apart by semicolons: CLASS/OBIS:ATTRIBUTE=TYPE "
        "VALUE, docs/head-end.md.")
        .mandatory()
        .only_in({T::parameter});
    key.part(&Event::board);
  }
  static void describe_limit(auto& key) {
    using T = EventType;
    key("threshold_w", &Event::threshold_w, range(0, 1e6), "W",
        "Power above which the limiter disconnects.")
        .only_in({T::limit});
    key("threshold_a", &Event::threshold_a, range(0, 1000), "A",
        "Instead: current of phase L1 above which the meter disconnects at once.")
        .only_in({T::limit});
    key("threshold_v", &Event::threshold_v, range(0, 1000), "V",
        "Instead: voltage of phase L1 above which the meter disconnects at once.")
        .only_in({T::limit});
    key("over_s", &Event::over_s, range(0, kDayS), "s",
        "Power above the threshold for so long: disconnect.")
        .only_in({T::limit});
    key("under_s", &Event::under_s, range(0, kDayS), "s",
        "Power not above it for so long: connect again, in control modes 5 and 6.")
        .only_in({T::limit});
    key("emergency_w", &Event::emergency_w, range(0, 1e6), "W",
        "A lower threshold for a while, from emergency_at on.")
        .only_in({T::limit});
    key("emergency_at", &Event::emergency_at, moment(), "", "When the emergency begins; behind at.")
        .only_in({T::limit});
    key("emergency_s", &Event::emergency_s, range(1, kDayS), "s", "How long it lasts.")
        .only_in({T::limit});
    key("control_mode", &Event::control_mode, range(0, 6), "",
        "Control mode of the disconnector (class 70), set with the limit; 4 as a meter is made.")
        .only_in({T::limit});
  }
};

}  // namespace sim::run
