// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What reports say beside profile rows, into narrow tables.
#include <map>
#include <tuple>

#include "hes-stub/inventory/type_template.hpp"
#include "hes-stub/store/concentrator_tables.hpp"

namespace hes {

namespace p32 = protocol::p32;

struct ConcentratorStore::ReportWriter {
  ConcentratorStore& store;
  Statements& to;
  std::int64_t id;  // of the concentrator
  UtcNs arrival;
  const char* kind;

  void note_failure(const std::string& meter, const std::optional<p32::Failure>& failure) {
    if (!failure) return;
    put(to.error, id, arrival, kind, store.meter_id(meter), p32::name_of(failure->category),
        failure->code);
  }
  void operator()(const p32::InventoryReport& report) {
    for (const auto& m : report.meters) {
      note_failure(m.id, m.failure);
      put(to.member, id, store.meter_id(m.id), m.state, m.position, m.eui48, m.device_name,
          m.firmware, m.since, m.last_contact, arrival);
    }
  }
  void operator()(const p32::InstantaneousReport& report) {
    for (const auto& m : report.meters) {
      note_failure(m.id, m.failure);
      std::optional<std::int64_t> clock_utc_s;
      if (m.clock) clock_utc_s = m.clock->utc_s;
      for (const p32::Reading& r : m.readings) {
        put(to.reading, store.meter_id(m.id), arrival, clock_utc_s, to_string(r.obis), r.value,
            r.scaler, r.unit);
      }
    }
  }
  void operator()(const p32::ProfileReport& report) {  // its rows are stored elsewhere
    for (const auto& m : report.meters) note_failure(m.id, m.failure);
  }
  void operator()(const p32::MeterEventsReport& report) {
    for (const auto& m : report.meters) {
      note_failure(m.id, m.failure);
      // The same event may stand in the log twice, within one second.
      std::map<std::tuple<p32::EventLog, std::int64_t, std::uint8_t>, unsigned> seen;
      for (const p32::MeterEvent& e : m.events) {
        const unsigned ordinal = seen[{e.log, e.at.utc_s, e.code}]++;
        put(to.meter_event, store.meter_id(m.id), report.alarms, e.log, e.at.utc_s, e.code, ordinal,
            e.at.deviation_min, e.at.status, e.received, arrival);
      }
    }
  }
  void operator()(const p32::ConcentratorParametersReport& report) {
    const p32::Identity& who = report.identity;
    const p32::ConcentratorParameters& what = report.parameters;
    put(to.parameters, id, arrival, who.model, who.firmware, who.base_eui48, who.uplink,
        who.restarts, what.poll_period_s, what.sessions_max, what.meters_per_report,
        what.tasks ? what.tasks->size() : 0);
  }
  void operator()(const p32::ConcentratorEventsReport& report) {
    for (const p32::ConcentratorEvent& e : report.events) {
      put(to.concentrator_event, id, e.number, e.at, e.group, e.code, e.subject);
    }
  }
  void operator()(const p32::RelayStatusReport& report) {
    for (const auto& m : report.meters) {
      note_failure(m.id, m.failure);
      if (!m.read_at) continue;
      put(to.relay, store.meter_id(m.id), arrival, m.read_at, m.output_closed, m.control_state,
          m.control_mode);
    }
  }
  void operator()(const p32::FirmwareStatusReport& report) {
    for (const auto& t : report.targets) {
      note_failure(t.id, t.failure);
      put(to.firmware, id, t.id, arrival, report.campaign, t.state, t.active, t.blocks_done,
          t.blocks_total);
    }
  }
  void operator()(const p32::StatisticsReport& report) {
    put(to.statistics, id, report.until, report.from, report.nodes_registered, report.nodes_min,
        report.nodes_max, report.airtime_us, report.frames_sent, report.frames_received,
        report.frames_damaged, report.uplink_sent_octets, report.uplink_received_octets);
    for (const p32::NodeStatistics& n : report.nodes) {
      note_failure(n.id, n.failure);
      put(to.node, id, report.until, store.meter_id(n.id), n.eui48, n.registered, n.lnid, n.sid,
          n.level, n.is_switch, n.own_sid, n.snr_down_cb, n.snr_up_cb, n.scheme, n.available_s,
          n.state_changes, n.hours, n.requests, n.requests_failed, n.retransmissions);
    }
  }
};

void ConcentratorStore::write_report(const Waiting& waiting) {
  std::visit(ReportWriter{*this, *statements_, ids_[waiting.concentrator], waiting.arrival,
                          p32::name_of(waiting.report.kind())},
             waiting.report.body);
}

}  // namespace hes
