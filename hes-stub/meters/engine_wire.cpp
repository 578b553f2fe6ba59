// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Connections, announcements, heartbeats and pushes.
#include <algorithm>

#include "hes-stub/meters/engine.hpp"
#include "hes-stub/meters/row_decoder.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/dlms/server.hpp"

namespace hes {
namespace {

using protocol::Bytes;
using protocol::dlms::SystemTitle;

// Above any APDU that a meter sends, with the general-glo head.
constexpr std::size_t kMaxApduOctets = 8192;
// Pushes kept while a type is being learnt; later ones are pulled.
constexpr std::size_t kMaxHeldPushes = 4096;

// First octets of the APDUs that come without an association, Green Book 9.5.
constexpr std::uint8_t kDataNotification = 0x0F;
constexpr std::uint8_t kGeneralGloCiphering = 0xDB;

enum class Announcement : std::uint8_t { announce = 0, heartbeat = 1 };

bool read_title(Bytes octets, SystemTitle& title) {
  if (octets.size() != title.size()) return false;
  std::copy(octets.begin(), octets.end(), title.begin());
  return true;
}

}  // namespace

void Engine::on_open(ConnectionId id, Door door, std::string_view peer) {
  if (door == Door::p32 || concentrators_.owns(id)) {
    concentrators_.on_open(id, peer);
    return settle_up();
  }
  Connection& connection = connections_[id];
  connection.id = id;
  connection.opened = connection.last_heard = now();
  deadlines_.add(now() + config_.announce_timeout_s * kNsPerSecond, Deadline::Kind::supervise, id);
  settle_up();
}

void Engine::on_closed(ConnectionId id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) {
    concentrators_.on_closed(id);
    return settle_up();
  }
  leave(found->second, "closed");
  connections_.erase(found);
  settle_up();
}

void Engine::on_data(ConnectionId id, Bytes octets) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) {
    concentrators_.on_data(id, octets);
    return settle_up();
  }
  Connection& connection = found->second;
  connection.octets_up += octets.size();
  connection.last_heard = now();
  const bool framed =
      connection.assembler.feed(octets, kMaxApduOctets, [&](const protocol::wrapper::Message& m) {
        on_message(connection, m);
        return !connection.dead;
      });
  if (!framed) {
    ++counters_.framing_lost;
    drop(connection, "framing lost");
  }
  if (connection.dead) connections_.erase(found);
  settle_up();
}

// May be called while the connection's octets are being looked at: on_data() erases it then.
void Engine::drop(Connection& connection, std::string_view reason) {
  if (connection.dead) return;
  connection.dead = true;
  ports_.stream.close(connection.id);
  leave(connection, reason);
}

void Engine::leave(Connection& connection, std::string_view reason) {
  store_.add_session(connection.meter, connection.id, connection.opened, now(),
                     connection.octets_up, connection.octets_down, reason);
  unbind(connection);
}

void Engine::unbind(Connection& connection) {
  const MeterIndex meter = connection.meter;
  connection.meter = kNoMeter;
  if (meter == kNoMeter || meters_[meter].connection != connection.id) return;
  MeterState& state = meters_[meter];
  state.connection = kNoConnection;
  ++state.check_generation;
  state.wants = 0;  // planned anew with the next connection
  observer_.session_closed(meter, connection.id, now());
  if (ActiveSession* session = session_of(meter)) end_session(*session);
}

// Set again only when it comes: a heartbeat costs no entry.
void Engine::supervise(ConnectionId id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  const bool bound = connection.meter != kNoMeter;
  const UtcNs limit =
      (bound ? config_.heartbeat_timeout_s : config_.announce_timeout_s) * kNsPerSecond;
  const UtcNs since = bound ? connection.last_heard : connection.opened;
  if (now() < since + limit) {
    deadlines_.add(since + limit, Deadline::Kind::supervise, id);
    return;
  }
  ++counters_.silent;
  drop(connection, bound ? "silent" : "not announced");
  connections_.erase(id);
}

void Engine::on_message(Connection& connection, const protocol::wrapper::Message& message) {
  using protocol::dlms::kManagementDevice;
  using protocol::dlms::kPushClient;
  const Bytes apdu = message.apdu;
  if (message.source != kManagementDevice || apdu.empty()) {
    ++counters_.malformed;
    return;
  }
  const auto octets = static_cast<std::uint32_t>(apdu.size() + protocol::wrapper::kHeaderOctets);
  if (message.destination == kPushClient) {
    if (apdu[0] == kDataNotification) return on_plain_notification(connection, apdu);
    if (apdu[0] == kGeneralGloCiphering) return on_push(connection, apdu);
    ++counters_.malformed;
    return;
  }
  ActiveSession* session = connection.meter == kNoMeter ? nullptr : session_of(connection.meter);
  const auto client = [](const ActiveSession& of) {
    return of.public_client ? protocol::dlms::kPublicClient : protocol::dlms::kManagementClient;
  };
  if (session == nullptr || message.destination != client(*session)) {
    ++counters_.malformed;
    return;
  }
  on_answer(*session, apdu, octets);
}

// structure(2) {unsigned kind, octet-string(8) system title}: announcement and heartbeat.
void Engine::on_plain_notification(Connection& connection, Bytes apdu) {
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
    ++counters_.malformed;
    return;
  }
  const bool heartbeat = kind == static_cast<std::uint64_t>(Announcement::heartbeat);
  MeterIndex meter = connection.meter;
  if (meter == kNoMeter || inventory_[meter].system_title != title) {
    meter = inventory_.by_system_title(title);
    if (meter == kNoMeter) {
      ++counters_.unknown_title;
      drop(connection, "unknown meter");
      return;
    }
    bind(connection, meter);
  }
  ++(heartbeat ? counters_.heartbeats : counters_.announces);
  Message message;
  message.meter = meter;
  message.kind = heartbeat ? MessageKind::heartbeat : MessageKind::announce;
  message.octets_up = static_cast<std::uint32_t>(apdu.size() + protocol::wrapper::kHeaderOctets);
  message.at = now();
  observer_.message(message);
}

void Engine::bind(Connection& connection, MeterIndex meter) {
  unbind(connection);  // a module that got another meter starts afresh
  MeterState& state = meters_[meter];
  if (state.connection != kNoConnection) {
    ++counters_.replaced;
    const auto older = connections_.find(state.connection);
    drop(older->second, "replaced");
    connections_.erase(older);
  }
  connection.meter = meter;
  state.connection = connection.id;
  state.not_before = 0;  // a new chance
  state.failures = 0;
  observer_.session_opened(meter, connection.id, now());
  const std::int64_t delay_s =
      config_.reconnect_delay_s + draw_below(config_.reconnect_spread_s + 1);
  deadlines_.add(now() + delay_s * kNsPerSecond, Deadline::Kind::check, meter,
                 ++state.check_generation);
  enqueue(meter);  // orders do not wait
}

void Engine::on_push(Connection& connection, Bytes apdu) {
  const auto title = protocol::dlms::sender_of_general_glo(apdu);
  if (!title) {
    ++counters_.malformed;
    return;
  }
  const MeterIndex meter = inventory_.by_system_title(*title);
  if (meter == kNoMeter) {
    ++counters_.unknown_title;
    return;
  }
  if (meter != connection.meter) {
    ++counters_.foreign;
    return;
  }
  if (plain_.size() < apdu.size()) plain_.resize(apdu.size());
  const auto opened =
      protocol::dlms::open_general_glo(apdu, inventory_[meter].keys, ports_.crypto, plain_);
  if (!opened) {
    ++(opened.error() == protocol::Error::bad_tag ? counters_.not_authentic : counters_.malformed);
    return;
  }
  MeterRecord record = store_.record(meter);
  if (record.push_seen && opened->invocation_counter <= record.push_counter) {
    ++counters_.replayed;
    return;
  }
  const auto notification = protocol::dlms::decode_notification(opened->apdu);
  record.push_seen = true;
  record.push_counter = opened->invocation_counter;
  store_.set_record(meter, record);
  if (!notification) {
    ++counters_.malformed;
    return;
  }
  const auto octets = static_cast<std::uint32_t>(apdu.size() + protocol::wrapper::kHeaderOctets);
  TypeState& type = type_of(meter);
  if (type.known) return store_push(meter, notification->body, now(), octets);
  if (held_pushes_ < kMaxHeldPushes) {
    ++held_pushes_;
    const Bytes body = notification->body;
    type.held.push_back({meter, now(), octets, {body.begin(), body.end()}});
  }
}

// structure(3) {octet-string push setup, octet-string profile, array of rows}.
void Engine::store_push(MeterIndex meter, Bytes body, UtcNs arrival, std::uint32_t octets) {
  protocol::axdr::Cursor in(body);
  in.structure(3);
  const Bytes setup = in.octet_string();
  const Bytes name = in.octet_string();
  const Bytes array = in.take_value();
  Obis obis;
  if (!in.at_end() || setup.size() != obis.octets.size() || name.size() != obis.octets.size()) {
    ++counters_.malformed;
    return;
  }
  std::copy(name.begin(), name.end(), obis.octets.begin());
  const ProfileType* profile = type_of(meter).type.profile(obis);
  if (profile == nullptr) {
    ++counters_.unknown_profile;
    return;
  }
  const DecodedRows decoded =
      decode_rows(array, *profile, inventory_[meter].capture_period_s, rows_);
  counters_.rows_without_time += decoded.without_time;
  if (!decoded.ok) {
    ++counters_.malformed;
    return;
  }
  ++counters_.pushes;
  store_rows(meter, obis, Delivery::push, arrival);
  Message message;
  message.meter = meter;
  message.kind = MessageKind::push;
  message.octets_up = octets;
  message.at = arrival;
  if (!rows_.empty()) message.latency = arrival - rows_.back().stamp_utc_s * kNsPerSecond;
  observer_.message(message);
}

AddResult Engine::store_rows(MeterIndex meter, const Obis& obis, Delivery how, UtcNs arrival) {
  for (Row& row : rows_) row.arrival_utc_s = arrival / kNsPerSecond;
  const AddResult added = store_.add_rows(meter, store_.profile(obis), rows_, how);
  counters_.rows += added.added;
  counters_.duplicates += added.duplicates;
  counters_.rows_refused += added.refused;
  const auto is_new = store_.last_new();
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (is_new[i] != 0) observer_.row_stored(meter, obis, rows_[i], arrival);
  }
  return added;
}

void Engine::send(MeterIndex meter, protocol::dlms::Sap client, Bytes apdu) {
  const auto found = connections_.find(meters_[meter].connection);
  if (found == connections_.end()) return;
  out_.resize(apdu.size() + protocol::wrapper::kHeaderOctets);
  protocol::Writer out(out_);
  if (!protocol::wrapper::encode({client, protocol::dlms::kManagementDevice, apdu}, out)) return;
  found->second.octets_down += out.size();
  ports_.stream.send(found->first, out.written());
}

}  // namespace hes
