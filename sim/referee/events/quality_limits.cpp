// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/events/quality_limits.hpp"

#include <algorithm>

#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/hosted/parameter/parameter.hpp"

namespace sim::run {
namespace {

using kernel::TimeNs;
using protocol::cosem::obis;

// Where a voltage becomes a sag, a sag ends, a swell ends and a voltage becomes one: in this order,
// or the meter refuses it.
bool are_taken(const QualityLimits& limits) {
  const int sag_end = limits.sag_dv + limits.hysteresis_dv;
  const int swell_end = limits.swell_dv - limits.hysteresis_dv;
  return limits.sag_dv > limits.hysteresis_dv && sag_end < swell_end;
}

struct Named {
  protocol::cosem::Obis name;
  std::uint16_t QualityLimits::*member;
};
constexpr Named kNamed[] = {{obis(1, 0, 12, 31, 0), &QualityLimits::sag_dv},
                            {obis(1, 0, 12, 35, 0), &QualityLimits::swell_dv},
                            {obis(1, 0, 12, 31, 128), &QualityLimits::hysteresis_dv},
                            {obis(1, 0, 12, 43, 0), &QualityLimits::sag_s},
                            {obis(1, 0, 12, 44, 0), &QualityLimits::swell_s}};

// False: refused, and with it all that comes behind it in the same order.
bool take(const protocol::parameters::Setting& setting, QualityLimits& limits) {
  using protocol::cosem::classes::Register;
  const auto& target = setting.attribute;
  if (target.class_id != Register::kId || target.index != Register::kValue) return true;
  const auto* const named = std::ranges::find(kNamed, target.instance, &Named::name);
  if (named == std::end(kNamed)) return true;
  protocol::axdr::Cursor in(setting.value);
  if (in.peek() != protocol::axdr::Tag::long_unsigned) return false;
  QualityLimits next = limits;
  next.*named->member = static_cast<std::uint16_t>(in.unsigned_number());
  if (!in.at_end() || !are_taken(next)) return false;
  limits = next;
  return true;
}

QualityLimits after(const Event& order, QualityLimits limits) {
  if (order.type == EventType::limit) {
    using protocol::limits::Quantity;
    if (!protocol::limits::is_of_quality(order.limit)) return limits;
    QualityLimits next = limits;
    const bool sag = quantity_of(order.limit) == Quantity::sag;
    (sag ? next.sag_dv : next.swell_dv) = static_cast<std::uint16_t>(order.limit.threshold_w);
    return are_taken(next) ? next : limits;
  }
  for (const auto& setting : protocol::parameters::parse_settings(order.plan).settings) {
    if (!take(setting, limits)) break;
  }
  return limits;
}

}  // namespace

LimitTimes::LimitTimes(const Scenario& scenario, std::uint32_t meter) {
  const TimeNs within = scenario.hes.in_time_s * kernel::kNsPerSecond;
  for (const Event& event : scenario.events) {
    const bool order = event.type == EventType::limit || event.type == EventType::parameter;
    if (!order || !event.meters.contains(meter)) continue;
    const QualityLimits& before = changes_.back().to;
    const QualityLimits next = after(event, before);
    if (next != before) changes_.push_back({event.at, event.at + within, next});
  }
}

const QualityLimits& LimitTimes::at(TimeNs now) const {
  std::size_t k = changes_.size() - 1;
  while (changes_[k].sure_at > now) --k;
  return changes_[k].to;
}

QualityLimits LimitTimes::widest(TimeNs now) const {
  QualityLimits wide = at(now);
  for (const Change& one : changes_) {
    if (one.at > now || now >= one.sure_at) continue;
    wide.sag_dv = std::max(wide.sag_dv, one.to.sag_dv);
    wide.swell_dv = std::min(wide.swell_dv, one.to.swell_dv);
    wide.sag_s = std::min(wide.sag_s, one.to.sag_s);
    wide.swell_s = std::min(wide.swell_s, one.to.swell_s);
  }
  return wide;
}

bool LimitTimes::sure(TimeNs from, TimeNs to) const {
  return std::ranges::none_of(
      changes_, [&](const Change& one) { return one.at <= to && from < one.sure_at; });
}

}  // namespace sim::run
