// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hes-stub/concentrators/concentrator_road.hpp"
#include "hes-stub/concentrators/mailbox.hpp"
#include "hes-stub/concentrators/row_requests.hpp"
#include "hes-stub/core/types.hpp"
#include "protocol/hosted/p32/report.hpp"

namespace hes {

// What concentrators tell us: reports, once each, rows to the profiles and the rest to narrow
// tables; and what became of the messages that we handed over.
class Inbox {
 public:
  Inbox(Context& context, const Types& types, Mailbox& mailbox, RowRequests& requests,
        ConcentratorRoad& orders);

  // False when we had it. `octets`: HTTP head and body as received.
  bool take_report(ConcentratorIndex from, const p32::Envelope& envelope, p32::Report report,
                   std::uint32_t octets);
  void on_ack(ConcentratorIndex from, const std::string& id);
  void on_error(ConcentratorIndex from, const std::string& id, const p32::ErrorBody& error);

 private:
  void take_profile(ConcentratorIndex from, const p32::Envelope& envelope,
                    p32::ProfileReport& report, ReportNote& note);
  void take_entry(MeterIndex meter, p32::ReportKind profile, const p32::ProfileMeter& rows,
                  ReportNote& note);
  void keep_known(ConcentratorIndex from, p32::Report& report, ReportNote& note);
  Mailbox::Item* expected(ConcentratorIndex from, const std::string& id);

  Context& context_;
  ConcentratorCounters& counters_;
  const Types& types_;
  Mailbox& mailbox_;
  RowRequests& requests_;
  ConcentratorRoad& orders_;
};

}  // namespace hes
