// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/hosted/p32/parameters.hpp"
#include "protocol/hosted/p32/types.hpp"

// What a concentrator reports. Meters are named by their serial. A meter that could not be read
// stands in a good report with its failure and without data; one that was read in part has both.
namespace protocol::p32 {

// ---- inventory ----
enum class MeterState : std::uint8_t { registered, disconnected, failed };  // failed: given up
struct InventoryMeter {
  std::string id;
  std::optional<Failure> failure;
  MeterState state = MeterState::disconnected;
  std::uint32_t position = 0;  // in the concentrator's list; the gateway's wPort is 256 + position
  std::string eui48;           // 12 hexadecimal digits
  std::string device_name;     // logical device name; empty: not read yet
  std::string firmware;        // active firmware identifier; empty: not read yet
  UtcMs since = 0;             // of the state
  std::optional<UtcMs> last_contact;
  bool operator==(const InventoryMeter&) const = default;
};
struct InventoryReport {
  std::vector<InventoryMeter> meters;
  bool operator==(const InventoryReport&) const = default;
};

// ---- instantaneous ----
struct Reading {
  cosem::Obis obis;
  std::int64_t value = 0;  // raw integer
  std::int8_t scaler = 0;
  std::uint8_t unit = 255;  // Blue Book unit code
  bool operator==(const Reading&) const = default;
};
struct InstantaneousMeter {
  std::string id;
  std::optional<Failure> failure;
  std::optional<MeterTime> clock;  // of the meter, read with the values
  std::vector<Reading> readings;
  bool operator==(const InstantaneousMeter&) const = default;
};
struct InstantaneousReport {
  std::vector<InstantaneousMeter> meters;
  bool operator==(const InstantaneousReport&) const = default;
};

// ---- loadProfile, dailyClosing, monthlyClosing ----
inline constexpr std::size_t kRowValues = 6;
// A row as the meter captured it; nothing is recomputed. Values are the raw registers +A -A R1 R2
// R3 R4.
struct ProfileRow {
  MeterTime at;
  std::uint8_t status = 0;
  std::array<std::uint64_t, kRowValues> values{};
  bool operator==(const ProfileRow&) const = default;
};
struct ProfileMeter {
  std::string id;
  std::optional<Failure> failure;
  // The range that was asked of the meter, ends included. What it did not answer in it, it does not
  // have.
  std::optional<UtcMs> from;
  std::optional<UtcMs> to;
  std::uint32_t period_s = 0;    // capture period; 0 for closings
  std::vector<ProfileRow> rows;  // in the order of the meter's buffer
  bool operator==(const ProfileMeter&) const = default;
};
struct ProfileReport {
  ReportKind profile = ReportKind::load_profile;  // or daily_closing, monthly_closing
  std::vector<ProfileMeter> meters;
  bool operator==(const ProfileReport&) const = default;
};

// ---- meterEvents, alarms ----
enum class EventLog : std::uint8_t { standard, relay };
struct MeterEvent {
  EventLog log = EventLog::standard;
  MeterTime at;
  std::uint8_t code = 0;
  std::optional<UtcMs> received;  // alarms: when the concentrator got it
  bool operator==(const MeterEvent&) const = default;
};
struct EventMeter {
  std::string id;
  std::optional<Failure> failure;
  std::vector<MeterEvent> events;
  bool operator==(const EventMeter&) const = default;
};
struct MeterEventsReport {
  bool alarms = false;  // spontaneous (report kind alarms) or read from the logs (meterEvents)
  std::vector<EventMeter> meters;
  bool operator==(const MeterEventsReport&) const = default;
};

// ---- concentratorParameters ----
struct ConcentratorParametersReport {
  Identity identity;
  ConcentratorParameters parameters;
  bool operator==(const ConcentratorParametersReport&) const = default;
};

// ---- concentratorEvents ----
enum class EventGroup : std::uint8_t { standard, access, communication, meters, orders };
struct ConcentratorEvent {
  std::uint64_t number = 0;  // counts through the log: tells repeats from new ones
  UtcMs at = 0;
  EventGroup group = EventGroup::standard;
  std::uint16_t code = 0;  // docs/p32ex.md has the list
  std::string subject;     // meter, order or message concerned; may be empty
  bool operator==(const ConcentratorEvent&) const = default;
};
struct ConcentratorEventsReport {
  std::vector<ConcentratorEvent> events;
  bool operator==(const ConcentratorEventsReport&) const = default;
};

// ---- relayStatus ----
struct RelayMeter {
  std::string id;
  std::optional<Failure> failure;
  std::optional<UtcMs> read_at;
  bool output_closed = false;      // class 70 output_state
  std::uint8_t control_state = 0;  // 0 disconnected, 1 connected, 2 ready for reconnection
  std::uint8_t control_mode = 0;   // 0..6
  bool operator==(const RelayMeter&) const = default;
};
struct RelayStatusReport {
  std::vector<RelayMeter> meters;
  bool operator==(const RelayStatusReport&) const = default;
};

// ---- firmwareStatus ----
enum class TransferState : std::uint8_t {
  idle,
  transferring,
  transferred,
  verified,
  activated,
  failed,
  cancelled,
};
struct FirmwareTarget {
  std::string id;  // meter, or the concentrator itself
  std::optional<Failure> failure;
  TransferState state = TransferState::idle;
  std::string active;  // firmware identifier that runs
  std::uint32_t blocks_done = 0;
  std::uint32_t blocks_total = 0;
  bool operator==(const FirmwareTarget&) const = default;
};
struct FirmwareStatusReport {
  std::string campaign;  // empty: none, only what runs
  std::vector<FirmwareTarget> targets;
  bool operator==(const FirmwareStatusReport&) const = default;
};

// ---- statistics ----
// One node of the power line as the base node sees it.
struct NodeStatistics {
  std::string id;  // meter
  std::optional<Failure> failure;
  std::string eui48;
  bool registered = false;
  std::uint16_t lnid = 0;  // of the present or last registration
  std::uint8_t sid = 0;    // of the switch it hangs on; 0: the base node
  std::uint8_t level = 0;  // switches in between
  bool is_switch = false;
  std::uint8_t own_sid = 0xFF;      // as a switch; FF: none
  std::int16_t snr_down_cb = 0;     // centibel = 0.1 dB, at the node, from its upper node
  std::int16_t snr_up_cb = 0;       // at the upper node
  std::uint8_t scheme = 0;          // modulation in use, PRIME protocol code (4, 5, 6)
  std::uint32_t available_s = 0;    // registered, within the window
  std::uint32_t state_changes = 0;  // registrations and losses
  std::uint32_t hours = 0;          // bit h: available all through hour h (UTC) of the window
  std::uint32_t requests = 0;       // DLMS requests sent, and of these without answer
  std::uint32_t requests_failed = 0;
  std::uint32_t retransmissions = 0;  // ARQ
  bool operator==(const NodeStatistics&) const = default;
};
struct StatisticsReport {
  UtcMs from = 0;  // the window that is counted
  UtcMs until = 0;
  std::uint32_t nodes_registered = 0;  // now; and the extremes of the window
  std::uint32_t nodes_min = 0;
  std::uint32_t nodes_max = 0;
  std::uint64_t airtime_us = 0;  // of the base node and what it heard
  std::uint64_t frames_sent = 0;
  std::uint64_t frames_received = 0;
  std::uint64_t frames_damaged = 0;
  std::uint64_t uplink_sent_octets = 0;
  std::uint64_t uplink_received_octets = 0;
  std::vector<NodeStatistics> nodes;
  bool operator==(const StatisticsReport&) const = default;
};

// ---- the result of an order ----
enum class OrderState : std::uint8_t {
  accepted,  // waiting
  running,   // under way; partial results
  done,      // on all meters
  failed,    // on at least one meter for good
  expired,   // the window closed first; meters without result were not reached
  cancelled,
};
// One raw DLMS operation.
struct OperationResult {
  std::uint16_t index = 0;  // in the order, from 0
  std::uint8_t result = 0;  // Blue Book data-access-result or action-result; 0 success
  Octets data;              // A-XDR
  bool operator==(const OperationResult&) const = default;
};
struct OrderMeter {
  std::string id;
  std::optional<Failure> failure;  // none: done
  UtcMs at = 0;
  std::optional<std::int32_t> clock_offset_ms;  // clockSync: meter minus concentrator, before
  std::vector<OperationResult> operations;      // rawDlms
  bool operator==(const OrderMeter&) const = default;
};
struct OrderResult {
  std::string order;  // Order/@id
  OrderKind kind = OrderKind::relay;
  OrderState state = OrderState::accepted;
  std::optional<Failure> failure;  // of the order as a whole
  std::vector<OrderMeter> meters;
  bool operator==(const OrderResult&) const = default;
};

using ReportBody =
    std::variant<InventoryReport, InstantaneousReport, ProfileReport, MeterEventsReport,
                 ConcentratorParametersReport, ConcentratorEventsReport, RelayStatusReport,
                 FirmwareStatusReport, StatisticsReport>;

// Why the concentrator reports.
enum class Cause : std::uint8_t { schedule, request, event, order };

// What was asked or ordered is Envelope::re (id of the Request, Query or Order). A long answer may
// come in parts 1..n; each part stands for itself.
struct Report {
  Cause cause = Cause::schedule;
  std::uint32_t part = 1;
  bool last = true;  // no part follows
  std::optional<OrderResult> order;
  ReportBody body;

  ReportKind kind() const;
  bool operator==(const Report&) const = default;
};

// The report that carries the result of an order: relay: relayStatus; concentratorParameters: the
// same; concentratorCommand: concentratorEvents; firmwareCampaign: firmwareStatus; clockSync,
// meterParameters, activityCalendar, powerLimit, keyChange, rawDlms: instantaneous, which may be
// empty. Another kind is allowed, this is the rule.
ReportKind result_kind(OrderKind kind);

}  // namespace protocol::p32
