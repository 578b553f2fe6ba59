// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What orders are made of: tariff plans and limits, as the events of a scenario say.
#include <algorithm>
#include <cmath>

#include "os/text_file.hpp"
#include "protocol/hosted/parameter/parameter.hpp"
#include "protocol/hosted/tariff_plan/plan_faults.hpp"
#include "sim/scenario/written.hpp"

namespace sim::run {
namespace {

// What an order is for comes behind it. One that waits for what comes after the run is a scenario,
// too: a plan that lies ready.
void check_behind(const Scenario& scenario, const Event& event, kernel::TimeNs at, const char* what,
                  const std::string& path, Written& written) {
  if (at <= event.at) {
    written.complain_at(path, std::string(what) + "not behind the order", "later than at");
  } else if (at >= scenario.end() && written.good("scenario.duration_h") &&
             written.good("scenario.collect_h")) {
    written.warn_at(path, std::string(what) + "after the end of the scenario: it never comes");
  }
}

// A plan is a file or a text, and comes into force behind its order.
void check_calendars(Scenario& scenario, Written& written) {
  for (std::size_t i = 0; i < scenario.events.size(); ++i) {
    Event& event = scenario.events[i];
    if (event.type != EventType::calendar) continue;
    const auto key = [i](const char* name) { return row_key("event", i, name); };
    if (!written.good(key("file")) || !written.good(key("plan"))) continue;
    if (event.file.empty() == event.plan.empty()) {
      written.complain_at(key("type"), "no plan, or two", "either file or plan");
      continue;
    }
    const std::string at = key(event.file.empty() ? "plan" : "file");
    os::Input input{event.plan, {}};
    if (!event.file.empty()) {
      input = os::read_text_file(scenario.path_of(event.file), os::kMaxTextOctets);
    }
    if (!input.error.empty()) {
      written.complain_at(at, input.error, "a tariff plan, docs/tariffs.md");
      continue;
    }
    auto parsed = protocol::tariff::parse_plan(input.text);
    if (!parsed.plan) {
      written.complain_at(at, parsed.fault, "docs/tariffs.md");
      continue;
    }
    event.tariff = std::move(*parsed.plan);
    const std::string refusal = protocol::tariff::refusal_of(event.tariff);
    if (!refusal.empty()) written.warn_at(at, "meters will refuse it: " + refusal);
    if (event.tariff.activate_at_ms) {
      written.warn_at(at, "no effect of its line activate: activate_at says when");
    }
    event.tariff.activate_at_ms =
        scenario.general.start_utc_s * 1000 + event.activate_at / kernel::kNsPerMs;
    check_behind(scenario, event, event.activate_at, "", key("activate_at"), written);
  }
}

// A limit is of one quantity; its emergency comes behind its order.
void check_limits(Scenario& scenario, Written& written) {
  using protocol::limits::Quantity;
  for (std::size_t i = 0; i < scenario.events.size(); ++i) {
    Event& event = scenario.events[i];
    if (event.type != EventType::limit) continue;
    const auto key = [i](const char* name) { return row_key("event", i, name); };
    if (!written.good(key("threshold_w")) || !written.good(key("threshold_a")) ||
        !written.good(key("threshold_v"))) {
      continue;
    }
    const int quantities = (event.threshold_w ? 1 : 0) + (event.threshold_a ? 1 : 0) +
                           (event.threshold_v ? 1 : 0) + (event.plan.empty() ? 0 : 1);
    if (quantities != 1) {
      written.complain_at(key("type"), "no threshold, or two",
                          "one of threshold_w, threshold_a, threshold_v, plan");
      continue;
    }
    if (!event.plan.empty()) {
      const auto parsed = protocol::limits::parse_limit(event.plan);
      if (!parsed.limit) {
        written.complain_at(key("plan"), parsed.fault, "a limit, docs/limits.md");
        continue;
      }
      event.limit = *parsed.limit;
      if (const auto& emergency = event.limit.emergency) {
        constexpr std::int64_t kMost_ms = kernel::kNever / kernel::kNsPerMs;
        const std::int64_t from_ms =
            std::clamp(emergency->from - scenario.general.start_utc_s * 1000, -kMost_ms, kMost_ms);
        check_behind(scenario, event, from_ms * kernel::kNsPerMs, "its emergency: ", key("plan"),
                     written);
      }
      continue;
    }
    const auto units = [](double value) { return static_cast<std::uint32_t>(std::lround(value)); };
    protocol::limits::PowerLimit limit;
    if (event.control_mode) limit.control_mode = static_cast<std::uint8_t>(*event.control_mode);
    if (event.threshold_w) {
      limit.threshold_w = units(*event.threshold_w);
      limit.over_s = units(event.over_s);
      limit.under_s = units(event.under_s);
    } else {
      limit.quantity = event.threshold_a ? Quantity::current : Quantity::voltage;
      limit.threshold_w =
          event.threshold_a ? units(1000 * *event.threshold_a) : units(10 * *event.threshold_v);
    }
    if (event.emergency_w) {
      if (!event.threshold_w) {
        written.complain_at(key("emergency_w"), "an emergency of another quantity",
                            "with threshold_w only");
      } else if (written.seen(key("emergency_at")) == nullptr) {
        written.miss(key("emergency_at"), *written.seen(key("emergency_w")),
                     "missing beside emergency_w, allowed: " + moment().allowed());
      } else {
        check_behind(scenario, event, event.emergency_at, "", key("emergency_at"), written);
      }
      const std::int64_t from_ms =
          scenario.general.start_utc_s * 1000 + event.emergency_at / kernel::kNsPerMs;
      limit.emergency = protocol::limits::EmergencyLimit{1, from_ms, units(event.emergency_s),
                                                         units(*event.emergency_w)};
    }
    event.limit = limit;
  }
}

void check_parameters(Scenario& scenario, Written& written) {
  for (std::size_t i = 0; i < scenario.events.size(); ++i) {
    const Event& event = scenario.events[i];
    if (event.type != EventType::parameter) continue;
    const auto parsed = protocol::parameters::parse_settings(event.plan);
    if (!parsed.fault.empty()) {
      written.complain_at(row_key("event", i, "set"), parsed.fault, "docs/head-end.md, Parameters");
    }
  }
}

// Images have names and objects that there are; an activation comes behind its order.
void check_images(Scenario& scenario, Written& written) {
  std::string names;
  for (std::size_t i = 0; i < scenario.hes.images.size(); ++i) {
    const ImageRow& image = scenario.hes.images[i];
    const auto key = [i](const char* name) { return row_key("image", i, name); };
    const auto same = [&](const ImageRow& other) { return other.name == image.name; };
    if (std::find_if(scenario.hes.images.begin(),
                     scenario.hes.images.begin() + static_cast<long>(i),
                     same) != scenario.hes.images.begin() + static_cast<long>(i)) {
      written.complain_at(key("name"), "there is one of that name already", "another name");
    }
    names += (names.empty() ? "" : ", ") + image.name;
  }
  for (std::size_t i = 0; i < scenario.events.size(); ++i) {
    const Event& event = scenario.events[i];
    if (event.type != EventType::image) continue;
    const auto key = [i](const char* name) { return row_key("event", i, name); };
    const auto named = [&](const ImageRow& image) { return image.name == event.file; };
    if (std::none_of(scenario.hes.images.begin(), scenario.hes.images.end(), named)) {
      written.complain_at(key("image"), "there is no such image",
                          names.empty() ? "the name of an [[image]] row" : names);
    }
    if (written.seen(key("activated_at")) != nullptr) {
      check_behind(scenario, event, event.activate_at, "", key("activated_at"), written);
    }
  }
}

}  // namespace

void check_order_plans(Scenario& scenario, Written& written) {
  check_images(scenario, written);
  check_calendars(scenario, written);
  check_limits(scenario, written);
  check_parameters(scenario, written);
}

}  // namespace sim::run
