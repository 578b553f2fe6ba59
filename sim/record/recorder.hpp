// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "hes-stub/ports/observer.hpp"
#include "models/core/wan/traffic.hpp"
#include "sim/assembly/head_end/head_end.hpp"
#include "sim/assembly/world.hpp"
#include "sim/result/kpi.hpp"
#include "sim/result/writer.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

// A row of a profile whose columns stand in the order of kQuantityTable.
result::StoredRow stored_row(hes::MeterIndex meter, const hes::Row& row, unsigned ordinal,
                             double arrival_utc_s);

// Writes down what the head-end sees while it happens: rows, messages, sessions, orders.
class Recorder final : public hes::Observer {
 public:
  Recorder(result::ResultWriter& writer, const UtcScale& scale, result::RunFigures& figures)
      : writer_(writer), scale_(scale), figures_(figures) {}

  // Whose clocks tell when a row was captured: before anything is pushed, and while that goes on.
  void look_at(const World& world) { world_ = &world; }

  void row_stored(hes::MeterIndex meter, const protocol::cosem::Obis& profile, const hes::Row& row,
                  hes::UtcNs arrival) override;
  void order_finished(const hes::OrderResult& result) override;
  void session_opened(hes::MeterIndex meter, hes::ConnectionId connection, hes::UtcNs at) override;
  void session_closed(hes::MeterIndex meter, hes::ConnectionId connection, hes::UtcNs at) override;
  void message(const hes::Message& message) override;
  void clock_checked(hes::MeterIndex meter, hes::UtcNs deviation, hes::UtcNs at) override;
  void report_received(const hes::ReportNote& note) override;

  // The end of the run: sessions still open, traffic by hour and kind, of all networks.
  void finish(std::initializer_list<const models::wan::Traffic*> networks);
  // Largest |meter clock - ours| of the last check of each meter; NaN: nobody looked.
  double worst_clock_s() const;

 private:
  struct OpenSession {
    hes::MeterIndex meter;
    hes::UtcNs opened;
    std::uint64_t octets_up = 0;
    std::uint64_t octets_down = 0;
  };
  struct HourOctets {
    std::array<std::uint64_t, hes::kMessageKinds> up{};
    std::array<std::uint64_t, hes::kMessageKinds> down{};
  };
  void close(hes::ConnectionId connection, const OpenSession& session, double closed_s,
             const char* reason);
  OpenSession* session_of(hes::MeterIndex meter);
  double latency_s(const hes::Message& message) const;

  result::ResultWriter& writer_;
  UtcScale scale_;
  const World* world_ = nullptr;
  result::RunFigures& figures_;
  std::map<hes::ConnectionId, OpenSession> open_;
  std::map<hes::MeterIndex, hes::ConnectionId> connection_of_;
  std::map<hes::MeterIndex, double> clock_s_;
  std::map<std::pair<hes::MeterIndex, std::int64_t>, std::uint16_t> ordinals_;
  std::vector<HourOctets> hours_;
};

// Tables of result.h5 that are known without judging anything: at the beginning of a run,
void write_begin(World& world, const Scenario& scenario, result::ResultWriter& writer);
// and at its end, when meters have captured up to `until`.
void write_end(World& world, const Scenario& scenario, kernel::TimeNs until,
               result::ResultWriter& writer);

}  // namespace sim::run
