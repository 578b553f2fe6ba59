// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/meters/wire.hpp"

#include <algorithm>
#include <utility>

#include "protocol/axdr/cursor.hpp"
#include "protocol/dlms/server.hpp"

namespace hes {
namespace {

using protocol::Bytes;
using protocol::dlms::SystemTitle;

// Above any APDU that a meter sends, with the general-glo head.
constexpr std::size_t kMaxApduOctets = 8192;

// First octets of the APDUs that come without an association, Green Book 9.5.
constexpr std::uint8_t kDataNotification = 0x0F;
constexpr std::uint8_t kGeneralGloCiphering = 0xDB;

enum class Announcement : std::uint8_t { announce = 0, heartbeat = 1 };

bool read_title(Bytes octets, SystemTitle& title) {
  if (octets.size() != title.size()) return false;
  std::copy(octets.begin(), octets.end(), title.begin());
  return true;
}

std::uint32_t framed_octets(Bytes apdu) {
  return static_cast<std::uint32_t>(apdu.size() + protocol::wrapper::kHeaderOctets);
}

}  // namespace

Wire::Wire(Context& context, WireEvents& events)
    : context_(context), events_(events), of_meter_(context.inventory.size(), kNoConnection) {}

void Wire::on_open(ConnectionId id) {
  Connection& connection = connections_[id];
  connection.id = id;
  connection.opened = connection.last_heard = context_.now();
  context_.wait_s(context_.config.announce_timeout_s, Deadline::Kind::supervise, id);
}

bool Wire::on_closed(ConnectionId id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return false;
  leave(found->second, "closed");
  connections_.erase(found);
  return true;
}

bool Wire::on_data(ConnectionId id, Bytes octets) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return false;
  Connection& connection = found->second;
  connection.octets_up += octets.size();
  connection.last_heard = context_.now();
  fed_ = id;
  const bool framed =
      connection.assembler.feed(octets, kMaxApduOctets, [&](const protocol::wrapper::Message& m) {
        on_message(connection, m);
        return !connection.dead;
      });
  if (!framed) {
    ++context_.counters.framing_lost;
    drop(connection, "framing lost");
  }
  fed_ = kNoConnection;
  if (connection.dead) connections_.erase(found);
  return true;
}

// May be called while the connection's octets are being looked at: on_data() erases it then.
void Wire::drop(Connection& connection, std::string_view reason) {
  if (connection.dead) return;
  connection.dead = true;
  context_.ports.stream.close(connection.id);
  leave(connection, reason);
}

void Wire::leave(Connection& connection, std::string_view reason) {
  context_.store.journal().add_session({connection.meter, connection.id, connection.opened,
                                        context_.now(), connection.octets_up,
                                        connection.octets_down, std::string(reason)});
  end_claim(connection);
  unbind(connection);
}

void Wire::unbind(Connection& connection) {
  const MeterIndex meter = connection.meter;
  connection.meter = kNoMeter;
  if (meter == kNoMeter || of_meter_[meter] != connection.id) return;
  of_meter_[meter] = kNoConnection;
  context_.observer.session_closed(meter, connection.id, context_.now());
  events_.on_unbound(meter);
}

protocol::dlms::Sap Wire::end_claim(Connection& connection) {
  if (std::exchange(connection.claims, kNoMeter) == kNoMeter) return 0;
  return events_.on_claim_ended(connection.id);
}

// Set again only when it comes: a heartbeat costs no entry.
void Wire::supervise(ConnectionId id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  const EngineConfig& config = context_.config;
  const bool bound = connection.meter != kNoMeter || connection.claims != kNoMeter;
  const UtcNs limit =
      (bound ? config.heartbeat_timeout_s : config.announce_timeout_s) * kNsPerSecond;
  const UtcNs since = bound ? connection.last_heard : connection.opened;
  if (context_.now() < since + limit) {
    context_.deadlines.add(since + limit, Deadline::Kind::supervise, id);
    return;
  }
  ++context_.counters.silent;
  drop(connection, bound ? "silent" : "not announced");
  connections_.erase(id);
}

void Wire::on_message(Connection& connection, const protocol::wrapper::Message& message) {
  using protocol::dlms::kManagementDevice;
  using protocol::dlms::kPushClient;
  const Bytes apdu = message.apdu;
  const MeterIndex meter = connection.claims == kNoMeter ? connection.meter : connection.claims;
  if (message.source == kManagementDevice && !apdu.empty()) {
    const bool general = apdu[0] == kGeneralGloCiphering;
    if (message.destination == kPushClient) {
      if (general) return on_push(connection, apdu);
      if (apdu[0] == kDataNotification) return on_notification(connection, apdu);
    } else if (meter != kNoMeter) {
      // Where a push goes is the meter's business (Blue Book 4.4.8, send_destination_and_method);
      // some send it to the client that set them up.
      if (general && events_.is_push(meter, apdu)) return on_push(connection, apdu);
      const std::uint32_t octets = framed_octets(apdu);
      // Taken for the answer to a later question it would be another challenge's.
      if (connection.owed_to == message.destination && context_.now() < connection.owed_until) {
        connection.owed_to = 0;
        return;
      }
      const bool taken =
          connection.claims == kNoMeter
              ? events_.on_apdu(meter, message.destination, apdu, octets)
              : events_.on_claim_apdu(connection.id, message.destination, apdu, octets);
      if (taken) return;
    }
  }
  ++context_.counters.malformed;
}

// Its keys are the meter's: it need not be asked any more whether it is there.
void Wire::on_push(Connection& connection, Bytes apdu) {
  const bool claims = connection.claims != kNoMeter;
  const bool authentic = events_.on_push(claims ? connection.claims : connection.meter, apdu);
  if (claims && authentic) take_over(connection.id);
}

// structure(2) {unsigned kind, octet-string(8) system title}: announcement and heartbeat.
void Wire::on_notification(Connection& connection, Bytes apdu) {
  EngineCounters& counters = context_.counters;
  const auto notification = protocol::dlms::decode_notification(apdu);
  SystemTitle title{};
  std::uint64_t kind = 0;
  bool good = notification.ok();
  if (good) {
    protocol::axdr::Cursor in(notification->body);
    in.structure(2);
    kind = in.unsigned_number();
    good = read_title(in.octet_string(), title) && in.at_end() &&
           kind <= static_cast<std::uint64_t>(Announcement::heartbeat);
  }
  if (!good) {
    ++counters.malformed;
    return;
  }
  const bool heartbeat = kind == static_cast<std::uint64_t>(Announcement::heartbeat);
  MeterIndex meter = connection.claims == kNoMeter ? connection.meter : connection.claims;
  if (meter == kNoMeter || context_.inventory[meter].system_title != title) {
    meter = context_.inventory.by_system_title(title);
    if (meter == kNoMeter) {
      ++counters.unknown_title;
      drop(connection, "unknown meter");
      return;
    }
    announced(connection, meter);
  }
  ++(heartbeat ? counters.heartbeats : counters.announces);
  context_.observer.message({.meter = meter,
                             .kind = heartbeat ? MessageKind::heartbeat : MessageKind::announce,
                             .octets_up = framed_octets(apdu),
                             .at = context_.now()});
}

// A module that got another meter starts afresh.
void Wire::announced(Connection& connection, MeterIndex meter) {
  end_claim(connection);
  unbind(connection);
  if (of_meter_[meter] == kNoConnection) return bind(connection, meter);
  ++context_.counters.claims;
  connection.claims = meter;
  events_.on_claim(meter, connection.id);
}

void Wire::take_over(ConnectionId id) {
  const auto found = connections_.find(id);
  if (found == connections_.end() || found->second.claims == kNoMeter) return;
  const MeterIndex meter = found->second.claims;
  found->second.owed_to = end_claim(found->second);
  found->second.owed_until = context_.now() + context_.config.response_timeout_s * kNsPerSecond;
  const auto older = connections_.find(of_meter_[meter]);
  if (older != connections_.end()) {
    ++context_.counters.replaced;
    drop(older->second, "replaced");
    connections_.erase(older);
  }
  bind(found->second, meter);
}

void Wire::refuse_claim(ConnectionId id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  ++context_.counters.not_proved;
  drop(found->second, "not proved");
  if (id != fed_) connections_.erase(found);  // otherwise on_data() does
}

void Wire::bind(Connection& connection, MeterIndex meter) {
  connection.meter = meter;
  of_meter_[meter] = connection.id;
  context_.observer.session_opened(meter, connection.id, context_.now());
  events_.on_bound(meter);
}

void Wire::send_on(ConnectionId id, protocol::dlms::Sap client, Bytes apdu) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  out_.resize(apdu.size() + protocol::wrapper::kHeaderOctets);
  protocol::Writer out(out_);
  if (!protocol::wrapper::encode({client, protocol::dlms::kManagementDevice, apdu}, out)) return;
  found->second.octets_down += out.size();
  context_.ports.stream.send(found->first, out.written());
}

}  // namespace hes
