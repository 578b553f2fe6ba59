// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "protocol/cosem/classes/disconnect_control.hpp"
#include "protocol/cosem/classes/limiter.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/cosem/classes/register_monitor.hpp"
#include "protocol/cosem/classes/script_table.hpp"
#include "protocol/hosted/power_limit/limit.hpp"

namespace protocol::limits {
namespace {

namespace classes = protocol::cosem::classes;
using classes::Limiter;
using classes::RegisterMonitor;
using cosem::obis;
using orders::Step;

// Where the register of a quantity stands, and its monitor (E of 0.0.16.0.E); of a sag or swell its
// threshold itself.
struct Watched {
  cosem::Obis name;
  unsigned monitor;
};
constexpr Watched watched(Quantity quantity) {
  switch (quantity) {
    case Quantity::power:
      break;
    case Quantity::current:
      return {obis(1, 0, 31, 7, 0), 0};
    case Quantity::voltage:
      return {obis(1, 0, 32, 7, 0), 1};
    case Quantity::sag:
      return {obis(1, 0, 12, 31, 0), 0};
    case Quantity::swell:
      return {obis(1, 0, 12, 35, 0), 0};
  }
  return {obis(1, 0, 1, 7, 0), 0};
}

// Sets one attribute after another, each read back at the end.
class Steps {
 public:
  template <typename Write>
  void set(cosem::ClassId class_id, const cosem::Obis& name, std::int8_t index, Write&& write) {
    steps_.push_back({Step::Service::set, {class_id, name, index}, orders::value_of(256, write)});
  }
  std::vector<Step> take() {
    const std::size_t n = steps_.size();
    for (std::size_t k = 0; k < n; ++k) {
      steps_.push_back({Step::Service::read_back, steps_[k].target, steps_[k].value});
    }
    return std::move(steps_);
  }

 private:
  std::vector<Step> steps_;
};

// Over the threshold, and under it: connect again, where the control mode allows it.
void put_actions(LimiterAction action, Writer& out) {
  const bool disconnects = action == LimiterAction::disconnect;
  const auto& table = classes::kDisconnectScripts.octets;
  axdr::begin_structure(2, out);
  classes::put_action_item({table, disconnects ? classes::kScriptDisconnects : std::uint16_t{0}},
                           out);
  classes::put_action_item({table, disconnects ? classes::kScriptReconnects : std::uint16_t{0}},
                           out);
}

void set_limiter(const PowerLimit& limit, Steps& steps) {
  const auto set = [&](std::int8_t index, auto write) {
    steps.set(Limiter::kId, classes::kLimiterName, index, write);
  };
  const auto number = [](std::uint32_t value) {
    return [value](Writer& out) { axdr::put_double_long_unsigned(value, out); };
  };
  set(Limiter::kMonitoredValue, [](Writer& out) {
    classes::put_value_definition(
        {classes::Register::kId, watched(Quantity::power).name, classes::Register::kValue}, out);
  });
  set(Limiter::kMinOverThresholdDuration, number(limit.over_s));
  set(Limiter::kMinUnderThresholdDuration, number(limit.under_s));
  set(Limiter::kActions, [&](Writer& out) { put_actions(limit.action, out); });
  set(Limiter::kEmergencyProfileGroupIdList, [&](Writer& out) {
    axdr::begin_array(limit.emergency ? 1 : 0, out);
    if (limit.emergency) axdr::put_long_unsigned(limit.emergency->id, out);
  });
  if (const auto& emergency = limit.emergency) {
    set(Limiter::kThresholdEmergency, number(emergency->threshold_w));
    set(Limiter::kEmergencyProfile, [&](Writer& out) {
      axdr::begin_structure(3, out);
      axdr::put_long_unsigned(emergency->id, out);
      cosem::DateTime time;
      time.utc_s = emergency->from / 1000;
      cosem::put_date_time(time, out);
      axdr::put_double_long_unsigned(emergency->duration_s, out);
    });
  }
  set(Limiter::kThresholdNormal, number(limit.threshold_w));
}

void set_monitor(const PowerLimit& limit, Steps& steps) {
  const Watched of = watched(quantity_of(limit));
  const auto set = [&](std::int8_t index, auto write) {
    steps.set(RegisterMonitor::kId, classes::register_monitor_name(of.monitor), index, write);
  };
  set(RegisterMonitor::kMonitoredValue, [&](Writer& out) {
    classes::put_value_definition({classes::Register::kId, of.name, classes::Register::kValue},
                                  out);
  });
  set(RegisterMonitor::kActions, [&](Writer& out) {
    axdr::begin_array(1, out);
    put_actions(limit.action, out);
  });
  set(RegisterMonitor::kThresholds, [&](Writer& out) {
    const bool none = limit.threshold_w == kNoLimit;
    axdr::begin_array(none ? 0 : 1, out);
    if (none) return;
    if (quantity_of(limit) == Quantity::voltage) {
      constexpr std::uint32_t kMost = 0xFFFE;  // nothing is above it; FFFFh is no threshold
      axdr::put_long_unsigned(static_cast<std::uint16_t>(std::min(limit.threshold_w, kMost)), out);
    } else {
      axdr::put_double_long_unsigned(limit.threshold_w, out);
    }
  });
}

}  // namespace

std::vector<Step> steps_of(const PowerLimit& limit) {
  using classes::DisconnectControl;
  Steps steps;
  if (limit.control_mode) {
    steps.set(DisconnectControl::kId, obis(0, 0, 96, 3, 10), DisconnectControl::kControlMode,
              [&](Writer& out) { axdr::put_enum(*limit.control_mode, out); });
  }
  if (is_of_quality(limit)) {
    steps.set(classes::Register::kId, watched(quantity_of(limit)).name, classes::Register::kValue,
              [&](Writer& out) {
                axdr::put_long_unsigned(static_cast<std::uint16_t>(limit.threshold_w), out);
              });
    return steps.take();
  }
  quantity_of(limit) == Quantity::power ? set_limiter(limit, steps) : set_monitor(limit, steps);
  return steps.take();
}

}  // namespace protocol::limits
