// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/reports/surveyor.hpp"

namespace dcu::app {
namespace {

using protocol::p32::ReportKind;

constexpr ReportSource kSources[] = {
    {ReportKind::inventory, &Reporter::inventory, &Surveyor::ask_identity},
    {ReportKind::instantaneous, &Reporter::nothing_stored, &Surveyor::ask_instantaneous},
    {ReportKind::load_profile, &Reporter::rows, &Surveyor::ask_rows},
    {ReportKind::daily_closing, &Reporter::rows, &Surveyor::ask_rows},
    {ReportKind::monthly_closing, &Reporter::rows, &Surveyor::ask_rows},
    {ReportKind::meter_events, &Reporter::meter_events, &Surveyor::ask_events},
    // Only the meter knows when it has one.
    {ReportKind::alarms, &Reporter::meter_events, nullptr},
    {ReportKind::concentrator_parameters, &Reporter::own_parameters, nullptr},
    {ReportKind::concentrator_events, &Reporter::own_events, nullptr},
    {ReportKind::relay_status, &Reporter::nothing_stored, &Surveyor::ask_relay},
    {ReportKind::firmware_status, &Reporter::firmware, &Surveyor::ask_firmware},
    {ReportKind::statistics, &Reporter::statistics, nullptr},
    {ReportKind::clock_status, &Reporter::nothing_stored, &Surveyor::ask_clock},
};

constexpr bool complete() {
  std::size_t k = 0;
  for (const ReportSource& source : kSources) {
    if (source.kind != static_cast<ReportKind>(k++)) return false;
  }
  return k == protocol::p32::kReportKinds;
}
static_assert(complete(), "a row a kind, in the order of ReportKind");

}  // namespace

const ReportSource& source_of(ReportKind kind) { return kSources[static_cast<std::size_t>(kind)]; }

}  // namespace dcu::app
