// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "dcu/app/store/rows.hpp"
#include "protocol/calendar.hpp"
#include "protocol/hosted/p32/parameters.hpp"

namespace dcu::app {

// What is collected of a meter: a row a profile or log, in the order of Profile.
struct ProfileFacts {
  Profile profile;
  protocol::p32::ReportKind report;             // logs of a meter share one
  std::optional<protocol::p32::TaskKind> task;  // that reads it; none: the meter tells by itself
  protocol::cosem::Obis name;                   // class 7
  std::string_view job;                         // for the observer
  // Stamps are read again so far back: a closing or an event of a clock that was set back.
  std::int64_t overlap_s;
};
using protocol::kDayS;
inline constexpr ProfileFacts kProfileFacts[] = {
    {Profile::load, protocol::p32::ReportKind::load_profile, protocol::p32::TaskKind::load_profile,
     protocol::cosem::obis(1, 0, 99, 1, 0), "loadProfile", 0},
    {Profile::daily, protocol::p32::ReportKind::daily_closing,
     protocol::p32::TaskKind::daily_closing, protocol::cosem::obis(1, 0, 99, 2, 0), "dailyClosing",
     2 * kDayS},
    {Profile::monthly, protocol::p32::ReportKind::monthly_closing,
     protocol::p32::TaskKind::monthly_closing, protocol::cosem::obis(0, 0, 98, 1, 0),
     "monthlyClosing", 2 * kDayS},
    {Profile::standard_events, protocol::p32::ReportKind::meter_events,
     protocol::p32::TaskKind::meter_events, protocol::cosem::obis(0, 0, 99, 98, 0), "meterEvents",
     kDayS},
    {Profile::relay_events, protocol::p32::ReportKind::meter_events,
     protocol::p32::TaskKind::meter_events, protocol::cosem::obis(0, 0, 99, 98, 2), "relayEvents",
     kDayS},
    {Profile::alarms, protocol::p32::ReportKind::alarms, std::nullopt, {}, "alarms", 0},
    {Profile::fraud_events, protocol::p32::ReportKind::meter_events,
     protocol::p32::TaskKind::meter_events, protocol::cosem::obis(0, 0, 99, 98, 1), "fraudEvents",
     kDayS},
    {Profile::clock_events, protocol::p32::ReportKind::meter_events,
     protocol::p32::TaskKind::meter_events, protocol::cosem::obis(0, 0, 99, 98, 8), "clockEvents",
     kDayS},
    {Profile::quality_events, protocol::p32::ReportKind::meter_events,
     protocol::p32::TaskKind::meter_events, protocol::cosem::obis(0, 0, 99, 98, 4), "qualityEvents",
     kDayS},
};
static_assert(std::size(kProfileFacts) == kProfiles);
constexpr const ProfileFacts& facts_of(Profile profile) {
  return kProfileFacts[static_cast<std::size_t>(profile)];
}
// The first that stands in such a report.
constexpr Profile profile_of(protocol::p32::ReportKind report) {
  return std::ranges::find(kProfileFacts, report, &ProfileFacts::report)->profile;
}

}  // namespace dcu::app
