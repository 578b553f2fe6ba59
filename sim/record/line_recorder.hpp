// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "dcu/app/ports/observer.hpp"
#include "plc-channel/medium/observer.hpp"
#include "sim/assembly/head_end/head_end.hpp"
#include "sim/assembly/power_line.hpp"
#include "sim/result/kpi.hpp"
#include "sim/result/writer.hpp"

namespace sim::run {

// Writes down what happens on one power line and in its concentrator.
class LineRecorder final : public plc::Observer, public dcu::app::Observer {
 public:
  LineRecorder(result::ResultWriter& writer, const UtcScale& scale, PowerLine& line);
  LineRecorder(const LineRecorder&) = delete;
  LineRecorder& operator=(const LineRecorder&) = delete;

  // Closes the hours that are over.
  void advance(kernel::TimeNs now);
  // The end of the run: the last hour, the nodes, the cables.
  void finish(kernel::TimeNs end);

  // Of the whole run so far.
  result::LineFigures figures() const;

 private:
  struct Node {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::uint64_t lost = 0;
    std::uint32_t registrations = 0;
    double first_s = result::kNotKnown;
    kernel::TimeNs joined_at = kernel::kNever;  // kNever: it is out
    kernel::TimeNs joined_ns = 0;               // before joined_at
  };

  void on_sending(const plc::Sending& sending) override;
  void on_sent(const plc::Sending&) override {}
  void on_received(const plc::Sending& sending, plc::StationId at, plc::Outcome outcome,
                   double snr_db) override;
  void on_watch_lost(plc::StationId, kernel::TimeNs) override {}

  void node_joined(dcu::app::UtcNs at, const dcu::app::NodeInfo& node) override;
  void node_left(dcu::app::UtcNs at, const dcu::app::NodeInfo& node) override;
  void poll_finished(dcu::app::UtcNs at, dcu::app::MeterIndex meter, std::string_view job,
                     dcu::app::PollOutcome outcome, std::uint32_t octets_up,
                     std::uint32_t octets_down, dcu::app::UtcNs begun,
                     std::uint32_t new_rows) override;

  void write_registration(dcu::app::UtcNs at, const dcu::app::NodeInfo& node, bool joined);
  void close_hour();
  void write_nodes(kernel::TimeNs end);
  void write_cables();
  std::uint32_t registered() const;

  result::ResultWriter& writer_;
  UtcScale scale_;
  PowerLine& line_;
  std::uint16_t number_;
  std::vector<Node> nodes_;  // by station
  std::array<plc::KindCounters, plc::kFrameKinds> hour_{};
  std::array<bool, plc::kFrameKinds> overheard_{};
  plc::KindCounters beacons_before_{};  // up to the hour that runs
  std::uint32_t hour_number_ = 0;
  result::LineFigures figures_;
};

}  // namespace sim::run
