// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/lockstep/lockstep_message.hpp"

#include <stdexcept>
#include <string>

#include "protocol/hosted/p32/types.hpp"

namespace hes {
namespace {

enum class Observation : std::uint8_t { row, order, opened, closed, message, clock, report };

constexpr std::size_t kLengthOctets = 4;

// What each record is made of, written and read by the same walk.
template <typename Io, typename Value>
void walk_order(Io& io, Value& order) {
  io(order.meter, order.kind, order.value_s, order.attribute.class_id,
     order.attribute.instance.octets, order.attribute.index, order.plan, order.valid_from,
     order.valid_until);
}
template <typename Io, typename Value>
void walk_row(Io& io, Value& row) {
  io(row.stamp_utc_s, row.arrival_utc_s, row.capture_counter, row.status, row.deviation_min,
     row.clock_status, row.deliveries, row.n_values);
  if constexpr (Io::kReads) {
    if (row.n_values > kMaxValues) {
      row.n_values = 0;
      io.spoil();
    }
  }
  for (std::size_t i = 0; i < row.n_values; ++i) io(row.values[i]);
}
template <typename Io, typename Value>
void walk_result(Io& io, Value& result) {
  io(result.id);
  walk_order(io, result.order);
  io(result.outcome, result.access_result, result.submitted, result.first_sent, result.finished,
     result.attempts, result.data);
  if constexpr (Io::kReads) {
    if (result.order.kind > OrderKind::key || result.outcome > OrderOutcome::invalid) io.spoil();
  }
}
template <typename Io, typename Value>
void walk_message(Io& io, Value& message) {
  io(message.meter, message.kind, message.octets_up, message.octets_down, message.at,
     message.latency, message.concentrator);
}
template <typename Io, typename Value>
void walk_report(Io& io, Value& note) {
  io(note.concentrator, note.kind, note.requested, note.meters, note.errors, note.rows,
     note.new_rows, note.octets_up, note.at, note.latency);
  if constexpr (Io::kReads) {
    if (note.kind >= protocol::p32::kReportKinds) io.spoil();
  }
}

}  // namespace

void ControlWriter::begin(ControlType type) {
  octets_.assign(kLengthOctets, 0);
  (*this)(type);
}

protocol::Bytes ControlWriter::finish() {
  const std::size_t length = octets_.size() - kLengthOctets;
  for (std::size_t i = 0; i < kLengthOctets; ++i) {
    octets_[i] = static_cast<std::uint8_t>(length >> (8 * (kLengthOctets - 1 - i)));
  }
  return octets_;
}

bool read_control(net::Socket& socket, std::vector<std::uint8_t>& message) {
  std::uint8_t length_octets[kLengthOctets];
  if (!socket.read_or_end(length_octets)) return false;
  const std::uint32_t length = protocol::Reader(length_octets).u32();
  if (length == 0 || length > kMaxControlOctets) {
    throw std::runtime_error("control channel: a message of " + std::to_string(length) + " octets");
  }
  message.resize(length);
  socket.read(message);
  return true;
}

void put_order(const Order& order, protocol::FieldWriter& out) {
  walk_order(out, order);
  if (order.kind != OrderKind::image) return;
  out(order.image == nullptr ? std::vector<std::uint8_t>{} : *order.image);
}

Order take_order(protocol::FieldReader& in) {
  Order order;
  walk_order(in, order);
  if (order.kind > OrderKind::key) in.spoil();
  if (order.kind == OrderKind::image) {
    order.image =
        std::make_shared<const std::vector<std::uint8_t>>(in.next<std::vector<std::uint8_t>>());
  }
  return order;
}

void ObservationWriter::row_stored(MeterIndex meter, const protocol::cosem::Obis& profile,
                                   const Row& row, UtcNs arrival) {
  out_(Observation::row, meter, profile.octets);
  walk_row(out_, row);
  out_(arrival);
}

void ObservationWriter::order_finished(const OrderResult& result) {
  out_(Observation::order);
  walk_result(out_, result);
}

void ObservationWriter::session_opened(MeterIndex meter, ConnectionId connection, UtcNs at) {
  out_(Observation::opened, meter, connection, at);
}

void ObservationWriter::session_closed(MeterIndex meter, ConnectionId connection, UtcNs at) {
  out_(Observation::closed, meter, connection, at);
}

void ObservationWriter::message(const Message& message) {
  out_(Observation::message);
  walk_message(out_, message);
}

void ObservationWriter::report_received(const ReportNote& note) {
  out_(Observation::report);
  walk_report(out_, note);
}

void ObservationWriter::clock_checked(MeterIndex meter, UtcNs deviation, UtcNs at) {
  out_(Observation::clock, meter, deviation, at);
}

void ObservationWriter::move_to(protocol::FieldWriter& out) {
  out.raw(out_.octets());
  out_.clear();
}

bool replay_observations(protocol::FieldReader& in, const Known& known, Observer& observer) {
  const auto is_known = [&known](MeterIndex meter) { return meter < known.meters; };
  while (in.ok() && !in.at_end()) {
    const auto kind = in.next<Observation>();
    MeterIndex meter = kNoMeter;
    ConnectionId connection = kNoConnection;
    UtcNs deviation = 0;
    UtcNs at = 0;
    switch (kind) {
      case Observation::row: {
        protocol::cosem::Obis profile;
        Row row;
        in(meter, profile.octets);
        walk_row(in, row);
        in(at);
        if (!is_known(meter)) return false;
        if (in.ok()) observer.row_stored(meter, profile, row, at);
        continue;
      }
      case Observation::order: {
        OrderResult result;
        walk_result(in, result);
        // An order to a meter that there is not is invalid, and told so.
        if (!is_known(result.order.meter) && result.outcome != OrderOutcome::invalid) return false;
        if (in.ok()) observer.order_finished(result);
        continue;
      }
      case Observation::opened:
        in(meter, connection, at);
        if (!is_known(meter)) return false;
        if (in.ok()) observer.session_opened(meter, connection, at);
        continue;
      case Observation::closed:
        in(meter, connection, at);
        if (!is_known(meter)) return false;
        if (in.ok()) observer.session_closed(meter, connection, at);
        continue;
      case Observation::message: {
        Message message;
        walk_message(in, message);
        if (static_cast<std::size_t>(message.kind) >= kMessageKinds) return false;
        if (message.meter != kNoMeter && !is_known(message.meter)) return false;
        if (message.concentrator != kNoConcentrator &&
            message.concentrator >= known.concentrators) {
          return false;
        }
        if (in.ok()) observer.message(message);
        continue;
      }
      case Observation::report: {
        ReportNote note;
        walk_report(in, note);
        if (note.concentrator >= known.concentrators) return false;
        if (in.ok()) observer.report_received(note);
        continue;
      }
      case Observation::clock:
        in(meter, deviation, at);
        if (!is_known(meter)) return false;
        if (in.ok()) observer.clock_checked(meter, deviation, at);
        continue;
    }
    return false;
  }
  return in.ok();
}

}  // namespace hes
