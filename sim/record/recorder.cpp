// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/record/recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "hes-stub/inventory/type_template.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/hosted/p32/types.hpp"

namespace sim::run {

using result::Text;

result::StoredRow stored_row(hes::MeterIndex meter, const hes::Row& row, unsigned ordinal,
                             double arrival_utc_s) {
  result::StoredRow out;
  out.meter = meter + 1;
  out.stamp_utc_s = row.stamp_utc_s;
  out.deviation_min = row.deviation_min;
  out.status = static_cast<std::uint8_t>(row.status);
  out.ordinal = static_cast<std::uint16_t>(ordinal);
  out.capture_counter = row.capture_counter;
  for (std::size_t i = 0; i < std::min<std::size_t>(row.n_values, out.registers.size()); ++i) {
    out.registers[i] = static_cast<std::uint32_t>(row.values[i]);
  }
  out.arrival_utc_s = arrival_utc_s;
  return out;
}

void Recorder::row_stored(hes::MeterIndex meter, const protocol::cosem::Obis& profile,
                          const hes::Row& row, hes::UtcNs arrival) {
  const double arrival_utc_s = 1e-9 * static_cast<double>(arrival);
  if (profile == hes::kLoadProfile) {
    const unsigned ordinal = ordinals_[{meter, row.stamp_utc_s}]++;
    writer_.append(result::HeadEndRow{stored_row(meter, row, ordinal, arrival_utc_s)});
  } else if (profile == hes::kDailyClosing) {
    writer_.append(result::ClosingRow{stored_row(meter, row, 0, arrival_utc_s)});
  } else if (profile == hes::kMonthlyClosing) {
    writer_.append(result::MonthRow{stored_row(meter, row, 0, arrival_utc_s)});
  }
}

void Recorder::order_finished(const hes::OrderResult& result) {
  const hes::OrderKind kind = result.order.kind;
  const bool done = result.outcome == hes::OrderOutcome::done;
  const bool relay = kind == hes::OrderKind::relay_open || kind == hes::OrderKind::relay_close;
  if (done && relay) ++figures_.relay_orders_done;
  if (done && kind == hes::OrderKind::clock_shift) ++figures_.clock_orders_done;
  if (done && kind == hes::OrderKind::calendar) ++figures_.calendar_orders_done;
  if (done && kind == hes::OrderKind::limit) ++figures_.limit_orders_done;
  if (done && kind == hes::OrderKind::parameter) ++figures_.parameter_orders_done;
  if (done && kind == hes::OrderKind::key) ++figures_.key_orders_done;
  if (done && kind == hes::OrderKind::image) ++figures_.images.orders_done;
  if (kind == hes::OrderKind::image && !result.data.empty()) {
    const auto revision = protocol::axdr::Cursor(result.data).octet_string();
    figures_.images.revisions_read.emplace_back(result.order.meter + 1,
                                                std::string(revision.begin(), revision.end()));
  }
  if (!done) ++figures_.orders_failed;
  result::OrderRow row;
  row.order = static_cast<std::uint32_t>(result.id);
  row.meter = result.order.meter + 1;
  row.type = Text<16>(relay ? "relay" : hes::order_kind_name(kind));
  row.value = kind == hes::OrderKind::relay_open    ? Text<16>("open")
              : kind == hes::OrderKind::relay_close ? Text<16>("close")
              : hes::has_plan(kind)                 ? Text<16>("plan")
              : kind == hes::OrderKind::key         ? Text<16>("new")
                                            : Text<16>(fmt::format("{:+}", result.order.value_s));
  row.issued_s = scale_.sim_s(result.submitted);
  row.done_s = done ? scale_.sim_s(result.finished) : result::kNotKnown;
  row.attempts = static_cast<std::uint16_t>(result.attempts);
  row.outcome = Text<16>(hes::order_outcome_name(result.outcome));
  writer_.append(row);
}

void Recorder::session_opened(hes::MeterIndex meter, hes::ConnectionId connection, hes::UtcNs at) {
  ++figures_.sessions;
  open_[connection] = {meter, at};
  connection_of_[meter] = connection;
}

void Recorder::close(hes::ConnectionId connection, const OpenSession& session, double closed_s,
                     const char* reason) {
  result::SessionRow row;
  row.session = connection;
  row.meter = session.meter + 1;
  row.opened_s = scale_.sim_s(session.opened);
  row.closed_s = closed_s;
  row.bytes_up = session.octets_up;
  row.bytes_down = session.octets_down;
  row.reason = Text<16>(reason);
  writer_.append(row);
}

void Recorder::session_closed(hes::MeterIndex meter, hes::ConnectionId connection, hes::UtcNs at) {
  const auto found = open_.find(connection);
  if (found == open_.end()) return;
  close(connection, found->second, scale_.sim_s(at), "closed");
  open_.erase(found);
  const auto current = connection_of_.find(meter);
  if (current != connection_of_.end() && current->second == connection) {
    connection_of_.erase(current);
  }
}

Recorder::OpenSession* Recorder::session_of(hes::MeterIndex meter) {
  const auto connection = connection_of_.find(meter);
  if (connection == connection_of_.end()) return nullptr;
  // A connection may be told to belong to another meter before it ends.
  const auto session = open_.find(connection->second);
  return session == open_.end() ? nullptr : &session->second;
}

// The head-end knows of a push's newest row the stamp alone: what the meter's clock showed.
double Recorder::latency_s(const hes::Message& message) const {
  if (message.kind != hes::MessageKind::push) return 1e-9 * static_cast<double>(message.latency);
  if (message.latency == 0) return result::kNotKnown;  // no rows in it
  const std::int64_t stamp_utc_s = (message.at - message.latency) / kernel::kNsPerSecond;
  const models::Rtc& clock = world_->homes()[message.meter]->meter->board().rtc.clock();
  const kernel::TimeNs at = scale_.sim_ns(message.at);
  const kernel::TimeNs captured = clock.last_reached(stamp_utc_s * models::Rtc::kRateHz, at);
  return 1e-9 * static_cast<double>(at - captured);
}

void Recorder::message(const hes::Message& message) {
  const auto hour = static_cast<std::size_t>(std::max<std::int64_t>(0, scale_.sim_ns(message.at)) /
                                             kernel::kNsPerHour);
  if (hour >= hours_.size()) hours_.resize(hour + 1);
  const auto kind = static_cast<std::size_t>(message.kind);
  hours_[hour].up[kind] += message.octets_up;
  hours_[hour].down[kind] += message.octets_down;
  if (OpenSession* session = session_of(message.meter)) {
    session->octets_up += message.octets_up;
    session->octets_down += message.octets_down;
  }
  const double latency = latency_s(message);
  if (message.kind == hes::MessageKind::push && !std::isnan(latency)) {
    figures_.push_latencies_s.push_back(latency);
  }
  // Heartbeats say nothing by themselves and would be most of the table; they are in `traffic`.
  if (message.kind == hes::MessageKind::heartbeat) return;
  result::MessageRow row;
  row.kind = Text<16>(hes::message_kind_name(message.kind));
  row.meter = message.meter + 1;
  row.t_s = scale_.sim_s(message.at);
  row.latency_s = latency;
  row.bytes = message.octets_up + message.octets_down;
  writer_.append(row);
}

void Recorder::clock_checked(hes::MeterIndex meter, hes::UtcNs deviation, hes::UtcNs /*at*/) {
  clock_s_[meter] = std::fabs(1e-9 * static_cast<double>(deviation));
}

void Recorder::report_received(const hes::ReportNote& note) {
  ++figures_.reports;
  result::ReportRow row;
  row.t_s = scale_.sim_s(note.at);
  row.concentrator = static_cast<std::uint16_t>(note.concentrator + 1);
  row.kind = Text<24>(protocol::p32::name_of(static_cast<protocol::p32::ReportKind>(note.kind)));
  row.requested = note.requested ? 1 : 0;
  row.meters = note.meters;
  row.errors = note.errors;
  row.rows = note.rows;
  row.new_rows = note.new_rows;
  row.bytes = note.octets_up;
  row.latency_s = note.latency > 0 ? 1e-9 * static_cast<double>(note.latency) : result::kNotKnown;
  writer_.append(row);
}

double Recorder::worst_clock_s() const {
  double worst = clock_s_.empty() ? result::kNotKnown : 0;
  for (const auto& [meter, deviation_s] : clock_s_) worst = std::max(worst, deviation_s);
  return worst;
}

void Recorder::finish(std::initializer_list<const models::wan::Traffic*> networks) {
  for (const auto& [connection, session] : open_) {
    close(connection, session, result::kNotKnown, "open");
  }
  open_.clear();
  std::size_t n_hours = hours_.size();
  for (const auto* network : networks) n_hours = std::max(n_hours, network->hours().size());
  hours_.resize(n_hours);
  using models::wan::Direction;
  using models::wan::Octets;
  constexpr std::pair<Octets, const char*> kCarried[] = {
      {Octets::kHeaders, "tcp/ip headers"},
      {Octets::kRetransmission, "retransmission"},
      {Octets::kKeepalive, "tcp keepalive"},
      {Octets::kSignalling, "signalling"}};
  for (std::size_t hour = 0; hour < n_hours; ++hour) {
    const auto add = [&](const char* kind, std::uint64_t up, std::uint64_t down) {
      if (up + down == 0) return;
      result::TrafficRow row;
      row.hour = static_cast<std::uint32_t>(hour);
      row.kind = Text<16>(kind);
      row.bytes_up = up;
      row.bytes_down = down;
      writer_.append(row);
    };
    for (std::size_t kind = 0; kind < hes::kMessageKinds; ++kind) {
      add(hes::message_kind_name(static_cast<hes::MessageKind>(kind)), hours_[hour].up[kind],
          hours_[hour].down[kind]);
    }
    for (const auto& [octets, name] : kCarried) {
      std::uint64_t up = 0;
      std::uint64_t down = 0;
      for (const auto* network : networks) {
        if (hour >= network->hours().size()) continue;
        up += network->hours()[hour].sum(Direction::kUp, octets);
        down += network->hours()[hour].sum(Direction::kDown, octets);
      }
      add(name, up, down);
    }
  }
}

}  // namespace sim::run
