// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dcu/app/reports/reporter.hpp"
#include "dcu/app/reports/surveyor.hpp"

namespace dcu::app {

// Where a report comes from: a row a kind, in report_list.cpp.
struct ReportSource {
  protocol::p32::ReportKind kind;
  // From what the concentrator has, without asking a meter.
  protocol::p32::ReportBody (Reporter::*stored)(const protocol::p32::Selection&);
  // Of each meter; nullptr: no meter can answer it.
  void (Surveyor::*ask)(const Surveyor::SurveyPtr&, MeterIndex);
};
const ReportSource& source_of(protocol::p32::ReportKind kind);

}  // namespace dcu::app
