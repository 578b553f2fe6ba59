// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/lockstep/lockstep_message.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace hes {
namespace {

enum Observation : std::uint8_t { kRow, kOrder, kOpened, kClosed, kMessage, kClock, kReport };

constexpr std::size_t kLengthOctets = 4;

}  // namespace

void ControlWriter::number(std::uint64_t value, int octets) {
  for (int i = octets; i-- > 0;) octets_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void ControlWriter::begin(ControlType type) {
  octets_.clear();
  u32(0);
  u8(static_cast<std::uint8_t>(type));
}

void ControlWriter::sized(protocol::Bytes octets) {
  u32(static_cast<std::uint32_t>(octets.size()));
  raw(octets);
}
void ControlWriter::sized(std::string_view text) {
  u32(static_cast<std::uint32_t>(text.size()));
  octets_.insert(octets_.end(), text.begin(), text.end());
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

protocol::Bytes take_sized(protocol::Reader& in) { return in.take(in.u32()); }
std::string_view take_text(protocol::Reader& in) {
  const protocol::Bytes octets = take_sized(in);
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

void put_order(const Order& order, ControlWriter& out) {
  out.u32(order.meter);
  out.u8(static_cast<std::uint8_t>(order.kind));
  out.i64(order.value_s);
  out.u16(static_cast<std::uint16_t>(order.attribute.class_id));
  out.raw(order.attribute.instance.octets);
  out.u8(static_cast<std::uint8_t>(order.attribute.index));
  out.i64(order.valid_from);
  out.i64(order.valid_until);
}

Order take_order(protocol::Reader& in) {
  Order order;
  order.meter = in.u32();
  const std::uint8_t kind = in.u8();
  if (kind > static_cast<std::uint8_t>(OrderKind::read)) in.skip(SIZE_MAX);  // spoils the reader
  order.kind = static_cast<OrderKind>(kind);
  order.value_s = static_cast<std::int64_t>(in.u64());
  order.attribute.class_id = static_cast<protocol::cosem::ClassId>(in.u16());
  for (std::uint8_t& octet : order.attribute.instance.octets) octet = in.u8();
  order.attribute.index = static_cast<std::int8_t>(in.u8());
  order.valid_from = static_cast<UtcNs>(in.u64());
  order.valid_until = static_cast<UtcNs>(in.u64());
  return order;
}

void ObservationWriter::row_stored(MeterIndex meter, const protocol::cosem::Obis& profile,
                                   const Row& row, UtcNs arrival) {
  out_.u8(kRow);
  out_.u32(meter);
  out_.raw(profile.octets);
  out_.i64(row.stamp_utc_s);
  out_.i64(row.arrival_utc_s);
  out_.u32(row.status);
  out_.u16(static_cast<std::uint16_t>(row.deviation_min));
  out_.u8(row.clock_status);
  out_.u8(row.deliveries);
  out_.u8(row.n_values);
  for (std::size_t i = 0; i < row.n_values; ++i) out_.i64(row.values[i]);
  out_.i64(arrival);
}

void ObservationWriter::order_finished(const OrderResult& result) {
  out_.u8(kOrder);
  out_.u64(result.id);
  put_order(result.order, out_);
  out_.u8(static_cast<std::uint8_t>(result.outcome));
  out_.u8(static_cast<std::uint8_t>(result.access_result));
  out_.i64(result.submitted);
  out_.i64(result.first_sent);
  out_.i64(result.finished);
  out_.u32(result.attempts);
  out_.sized(result.data);
}

void ObservationWriter::session(std::uint8_t kind, MeterIndex meter, ConnectionId connection,
                                UtcNs at) {
  out_.u8(kind);
  out_.u32(meter);
  out_.u64(connection);
  out_.i64(at);
}
void ObservationWriter::session_opened(MeterIndex meter, ConnectionId connection, UtcNs at) {
  session(kOpened, meter, connection, at);
}
void ObservationWriter::session_closed(MeterIndex meter, ConnectionId connection, UtcNs at) {
  session(kClosed, meter, connection, at);
}

void ObservationWriter::message(const Message& message) {
  out_.u8(kMessage);
  out_.u32(message.meter);
  out_.u8(static_cast<std::uint8_t>(message.kind));
  out_.u32(message.octets_up);
  out_.u32(message.octets_down);
  out_.i64(message.at);
  out_.i64(message.latency);
  out_.u32(message.concentrator);
}

void ObservationWriter::report_received(const ReportNote& note) {
  out_.u8(kReport);
  out_.u32(note.concentrator);
  out_.u8(note.kind);
  out_.u8(note.requested ? 1 : 0);
  out_.u32(note.meters);
  out_.u32(note.errors);
  out_.u32(note.rows);
  out_.u32(note.new_rows);
  out_.u32(note.octets_up);
  out_.i64(note.at);
  out_.i64(note.latency);
}

void ObservationWriter::clock_checked(MeterIndex meter, UtcNs deviation, UtcNs at) {
  out_.u8(kClock);
  out_.u32(meter);
  out_.i64(deviation);
  out_.i64(at);
}

void ObservationWriter::move_to(ControlWriter& out) {
  out.raw(out_.octets());
  out_.clear();
}

namespace {

UtcNs take_time(protocol::Reader& in) { return static_cast<UtcNs>(in.u64()); }

void replay_row(protocol::Reader& in, Observer& observer) {
  const MeterIndex meter = in.u32();
  protocol::cosem::Obis profile;
  for (std::uint8_t& octet : profile.octets) octet = in.u8();
  Row row;
  row.stamp_utc_s = take_time(in);
  row.arrival_utc_s = take_time(in);
  row.status = in.u32();
  row.deviation_min = static_cast<std::int16_t>(in.u16());
  row.clock_status = in.u8();
  row.deliveries = in.u8();
  row.n_values = std::min<std::uint8_t>(in.u8(), kMaxValues);
  for (std::size_t i = 0; i < row.n_values; ++i) row.values[i] = take_time(in);
  const UtcNs arrival = take_time(in);
  if (in.ok()) observer.row_stored(meter, profile, row, arrival);
}

void replay_order(protocol::Reader& in, Observer& observer) {
  OrderResult result;
  result.id = in.u64();
  result.order = take_order(in);
  result.outcome = static_cast<OrderOutcome>(in.u8());
  result.access_result = static_cast<protocol::cosem::AccessResult>(in.u8());
  result.submitted = take_time(in);
  result.first_sent = take_time(in);
  result.finished = take_time(in);
  result.attempts = in.u32();
  const protocol::Bytes data = take_sized(in);
  result.data.assign(data.begin(), data.end());
  if (in.ok()) observer.order_finished(result);
}

void replay_message(protocol::Reader& in, Observer& observer) {
  Message message;
  message.meter = in.u32();
  message.kind = static_cast<MessageKind>(in.u8() % kMessageKinds);
  message.octets_up = in.u32();
  message.octets_down = in.u32();
  message.at = take_time(in);
  message.latency = take_time(in);
  message.concentrator = in.u32();
  if (in.ok()) observer.message(message);
}

void replay_report(protocol::Reader& in, Observer& observer) {
  ReportNote note;
  note.concentrator = in.u32();
  note.kind = in.u8();
  note.requested = in.u8() != 0;
  note.meters = in.u32();
  note.errors = in.u32();
  note.rows = in.u32();
  note.new_rows = in.u32();
  note.octets_up = in.u32();
  note.at = take_time(in);
  note.latency = take_time(in);
  if (in.ok()) observer.report_received(note);
}

}  // namespace

bool replay_observations(protocol::Reader& in, Observer& observer) {
  while (in.ok() && !in.at_end()) {
    const std::uint8_t kind = in.u8();
    switch (kind) {
      case kRow:
        replay_row(in, observer);
        break;
      case kOrder:
        replay_order(in, observer);
        break;
      case kOpened:
      case kClosed: {
        const MeterIndex meter = in.u32();
        const ConnectionId connection = in.u64();
        const UtcNs at = take_time(in);
        if (!in.ok()) return false;
        kind == kOpened ? observer.session_opened(meter, connection, at)
                        : observer.session_closed(meter, connection, at);
        break;
      }
      case kMessage:
        replay_message(in, observer);
        break;
      case kReport:
        replay_report(in, observer);
        break;
      case kClock: {
        const MeterIndex meter = in.u32();
        const UtcNs deviation = take_time(in);
        const UtcNs at = take_time(in);
        if (in.ok()) observer.clock_checked(meter, deviation, at);
        break;
      }
      default:
        return false;
    }
  }
  return in.ok();
}

}  // namespace hes
