// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "dcu/app/meters/collector.hpp"
#include "dcu/app/meters/node_manager.hpp"
#include "protocol/hosted/p32/message.hpp"
#include "protocol/hosted/p32/report.hpp"

namespace dcu::app {

inline constexpr char kSoftware[] = "amitwin-dcu 1";

// Meters by their serials; all that are not removed when the list is empty.
std::vector<MeterIndex> meters_of(const Store& store, const std::vector<std::string>& serials);

// Events: whether its code is one of those asked for; all are when none is named.
bool selects(const protocol::p32::Selection& selection, const Row& event);

// Makes reports of what the store holds, and puts them into its outbox.
class Reporter final : public RowsReady {
 public:
  Reporter(Core& core, NodeManager& nodes) : core_(core), nodes_(nodes) {}

  void start();  // rows that a restart left without a report
  void rows_ready(MeterIndex meter, Profile profile) override;

  protocol::p32::Envelope envelope(const std::string& re = {});
  // Into the outbox; it leaves when the store has it.
  std::uint64_t add(protocol::p32::Report report, const std::string& re = {});
  void add(protocol::p32::ReportBody body,
           protocol::p32::Cause cause = protocol::p32::Cause::schedule) {
    add(protocol::p32::Report{cause, 1, true, {}, std::move(body)});
  }

  // ---- Bodies: what is stored, for reports that need no meter; meters and range as selected ----
  protocol::p32::ReportBody inventory(const protocol::p32::Selection& selection);
  protocol::p32::ReportBody rows(const protocol::p32::Selection& selection);
  protocol::p32::ReportBody meter_events(const protocol::p32::Selection& selection);
  protocol::p32::ReportBody own_parameters(const protocol::p32::Selection& selection);
  protocol::p32::ReportBody own_events(const protocol::p32::Selection& selection);
  protocol::p32::ReportBody firmware(const protocol::p32::Selection& selection);
  protocol::p32::ReportBody statistics(const protocol::p32::Selection& selection);
  // True only at the moment at which it is read.
  protocol::p32::ReportBody nothing_stored(const protocol::p32::Selection& selection);
  protocol::p32::ConcentratorParametersReport parameters() const;
  static protocol::p32::ProfileMeter profile_meter(const std::string& serial, const Chunk& chunk);
  static protocol::p32::MeterEvent event_of(const Row& row, Profile profile);

  // Of an image that is on its way to a meter; set by whoever brings it.
  std::function<const protocol::p32::FirmwareTarget*(const std::string& serial)> transfer_of;

  // ---- Reports that are made without being asked for ----
  // Concentrator events not yet reported.
  void report_events();
  // A node that is no meter of ours stands in an inventory with its failure; soon.
  void report_strangers();

 private:
  void flush(protocol::p32::ReportKind kind);
  bool wanted(protocol::p32::ReportKind kind) const;
  void append(MeterIndex meter, Profile profile, protocol::p32::ReportBody& body);
  Core& core_;
  NodeManager& nodes_;
  std::array<bool, protocol::p32::kReportKinds> armed_{};  // rows wait for others
  bool strangers_told_ = false;
  UtcNs started_ = 0;
};

}  // namespace dcu::app
