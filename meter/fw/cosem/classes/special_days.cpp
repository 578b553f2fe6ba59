// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "meter/fw/billing/tariff.hpp"
#include "meter/fw/cosem/behaviour.hpp"
#include "meter/fw/cosem/object_rows.hpp"

namespace meter::fw {
namespace {

using classes::SpecialDaysTable;

static_assert(std::tuple_size_v<DateRule> == classes::kDateOctets &&
              kEasterMonth == classes::kMonthOfEaster &&
              kJulianEasterMonth == classes::kMonthOfJulianEaster);

bool take_entry(axdr::Cursor& in, SpecialDay& day) {
  const classes::SpecialDayEntry taken = classes::take_special_day(in);
  if (!in.ok() || taken.date.size() != day.date.size()) return false;
  day.index = taken.index;
  day.day_id = taken.day_id;
  std::copy(taken.date.begin(), taken.date.end(), day.date.begin());
  return is_date_rule(day.date);
}

SpecialDay* find_entry(SpecialDays& special, std::uint16_t index) {
  for (std::size_t k = 0; k < special.n; ++k) {
    if (special.days[k].index == index) return &special.days[k];
  }
  return nullptr;
}

// An entry with an index that is there takes its place (Blue Book 4.5.4.3.1).
bool insert(const SpecialDay& day, SpecialDays& special) {
  if (SpecialDay* const there = find_entry(special, day.index); there != nullptr) {
    *there = day;
    return true;
  }
  if (special.n == kMaxSpecialDays) return false;
  special.days[special.n++] = day;
  return true;
}

bool erase(std::uint16_t index, SpecialDays& special) {
  SpecialDay* const there = find_entry(special, index);
  if (there == nullptr) return false;
  std::copy(there + 1, special.days.data() + special.n, there);
  special.days[--special.n] = {};
  return true;
}

AccessResult store(Context& context, const TariffCalendar& calendar) {
  Core& core = context.parts.core;
  const AccessResult result = result_of(store_calendar(core, calendar));
  if (result == AccessResult::success) context.parts.schedule.replan_billing(core);
  return result;
}

}  // namespace

template <>
void Behaviour<SpecialDaysTable>::get(const Context& context, const Object&, std::int8_t,
                                      Answer& answer) {
  const Core& core = context.parts.core;
  TariffCalendar calendar;
  if (!core.calendar.load(core.hal, calendar)) {
    answer.result = AccessResult::hardware_fault;
    return;
  }
  std::array<std::uint8_t, 16> octets;
  Writer head{octets};
  axdr::begin_array(calendar.special.n, head);
  answer.slice.put(head.written());
  for (std::size_t k = 0; k < calendar.special.n; ++k) {
    const SpecialDay& day = calendar.special.days[k];
    Writer out{octets};
    classes::put_special_day({day.index, day.date, day.day_id}, out);
    answer.slice.put(out.written());
  }
}

template <>
AccessResult Behaviour<SpecialDaysTable>::set(Context& context, const Object&, std::int8_t,
                                              Bytes value) {
  Core& core = context.parts.core;
  TariffCalendar calendar;
  if (!core.calendar.load(core.hal, calendar)) return AccessResult::hardware_fault;
  if (!core.calendar.has_calendar()) calendar.activation.fill(kAnyDate);
  axdr::Cursor in(value);
  const std::uint32_t n = in.array();
  if (n > kMaxSpecialDays) return refusal_of(in);
  calendar.special = {};
  for (std::uint32_t k = 0; k < n; ++k) {
    SpecialDay day;
    if (!take_entry(in, day) || find_entry(calendar.special, day.index) != nullptr) {
      return refusal_of(in);
    }
    calendar.special.days[calendar.special.n++] = day;
  }
  if (!in.at_end()) return refusal_of(in);
  return store(context, calendar);
}

template <>
AccessResult Behaviour<SpecialDaysTable>::act(Context& context, const Object&, std::int8_t method,
                                              Bytes parameter) {
  Core& core = context.parts.core;
  TariffCalendar calendar;
  if (!core.calendar.load(core.hal, calendar)) return AccessResult::hardware_fault;
  if (!core.calendar.has_calendar()) calendar.activation.fill(kAnyDate);
  axdr::Cursor in(parameter);
  if (method == SpecialDaysTable::kDelete) {
    const auto index = static_cast<std::uint16_t>(in.unsigned_number());
    if (!erase(index, calendar.special)) return AccessResult::other_reason;
  } else {
    SpecialDay day;
    if (!take_entry(in, day) || !insert(day, calendar.special)) return refusal_of(in);
  }
  return store(context, calendar);
}

}  // namespace meter::fw
