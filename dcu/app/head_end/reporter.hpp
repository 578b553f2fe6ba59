// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <vector>

#include "dcu/app/meters/collector.hpp"
#include "dcu/app/meters/node_manager.hpp"
#include "protocol/hosted/p32/message.hpp"

namespace dcu::app {

inline constexpr char kSoftware[] = "amitwin-dcu 1";

// Meters by their serials; all that are not removed when the list is empty.
std::vector<MeterIndex> meters_of(const Store& store, const std::vector<std::string>& serials);

// Makes reports of what the store holds, and puts them into its outbox.
class Reporter final : public RowsReady {
 public:
  Reporter(Core& core, NodeManager& nodes) : core_(core), nodes_(nodes) {}

  void start();  // rows that a restart left without a report
  void rows_ready(MeterIndex meter, Profile profile) override;

  protocol::p32::Envelope envelope(const std::string& re = {});
  // Into the outbox; it leaves when the store has it.
  std::uint64_t add(protocol::p32::Report report, const std::string& re = {});

  // ---- Bodies ----
  // What is stored, for reports that need no meter. Meters and range as selected.
  protocol::p32::ReportBody cached(const protocol::p32::Selection& selection);
  protocol::p32::ReportBody events_since(std::uint64_t number) const;
  protocol::p32::ConcentratorParametersReport parameters() const;
  static protocol::p32::ProfileMeter profile_meter(const std::string& serial, const Chunk& chunk);
  static protocol::p32::MeterEvent event_of(const Row& row, Profile profile);
  // Concentrator events not yet reported, as a report of their own.
  void report_events();
  void report_statistics(const std::vector<MeterIndex>& meters);
  void report_inventory(const std::vector<MeterIndex>& meters);

 private:
  static constexpr std::size_t kGroups = kProfiles;
  void flush(Profile first);
  bool wanted(Profile profile) const;
  bool append(MeterIndex meter, Profile profile, protocol::p32::ReportBody& body);
  protocol::p32::ReportBody empty_body(Profile profile) const;
  protocol::p32::ReportBody cached_rows(const protocol::p32::Selection& selection);
  protocol::p32::ReportBody cached_events(const protocol::p32::Selection& selection);

  Core& core_;
  NodeManager& nodes_;
  std::array<bool, kGroups> armed_{};
  UtcNs started_ = 0;
};

}  // namespace dcu::app
