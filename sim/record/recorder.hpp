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
#include "sim/result/writer.hpp"

namespace sim::run {

// Writes down what the head-end sees while it happens: rows, messages, sessions, orders.
class Recorder final : public hes::Observer {
 public:
  Recorder(result::ResultWriter& writer, const UtcScale& scale) : writer_(writer), scale_(scale) {}

  void row_stored(hes::MeterIndex meter, const protocol::cosem::Obis& profile, const hes::Row& row,
                  hes::UtcNs arrival) override;
  void order_finished(const hes::OrderResult& result) override;
  void session_opened(hes::MeterIndex meter, hes::ConnectionId connection, hes::UtcNs at) override;
  void session_closed(hes::MeterIndex meter, hes::ConnectionId connection, hes::UtcNs at) override;
  void message(const hes::Message& message) override;
  void clock_checked(hes::MeterIndex meter, hes::UtcNs deviation, hes::UtcNs at) override;
  void report_received(const hes::ReportNote& note) override;

  // The end of the run: sessions still open, traffic by hour and kind.
  void finish(const models::wan::Traffic& traffic);

  std::uint32_t relay_orders_done() const { return relay_orders_done_; }
  std::uint32_t clock_orders_done() const { return clock_orders_done_; }
  std::uint32_t orders_failed() const { return orders_failed_; }
  std::uint64_t sessions() const { return sessions_; }
  std::uint64_t reports() const { return reports_; }
  // Largest |meter clock - ours| of the last check of each meter, seconds.
  double worst_clock_s() const;
  // Seconds from stamp to store of the pushes, sorted.
  const std::vector<double>& push_latencies_s();

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

  result::ResultWriter& writer_;
  UtcScale scale_;
  std::map<hes::ConnectionId, OpenSession> open_;
  std::map<hes::MeterIndex, hes::ConnectionId> connection_of_;
  std::map<hes::MeterIndex, double> clock_s_;
  std::map<std::pair<hes::MeterIndex, std::int64_t>, std::uint16_t> ordinals_;
  std::vector<HourOctets> hours_;
  std::vector<double> push_latencies_s_;
  std::uint64_t sessions_ = 0;
  std::uint64_t reports_ = 0;
  std::uint32_t relay_orders_done_ = 0;
  std::uint32_t clock_orders_done_ = 0;
  std::uint32_t orders_failed_ = 0;
};

}  // namespace sim::run
