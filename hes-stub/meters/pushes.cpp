// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/meters/pushes.hpp"

#include <algorithm>

#include "hes-stub/meters/row_decoder.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/dlms/apdu.hpp"
#include "protocol/dlms/server.hpp"
#include "protocol/wrapper/wrapper.hpp"

namespace hes {
namespace {

using protocol::Bytes;

// Pushes kept while a type is being learnt; later ones are pulled.
constexpr std::size_t kMaxHeld = 4096;

}  // namespace

// The counter is judged where it is taken over.
bool Pushes::is_push(MeterIndex caller, Bytes apdu) {
  const auto title = protocol::dlms::sender_of_general_glo(apdu);
  if (!title || context_.inventory.by_system_title(*title) != caller) return false;
  KeyNumber number = 0;
  const auto opened = open(caller, apdu, number);
  return opened && !opened->apdu.empty() &&
         opened->apdu[0] == protocol::dlms::tag::kDataNotification;
}

protocol::Result<protocol::dlms::Opened> Pushes::open(MeterIndex meter, Bytes apdu,
                                                      KeyNumber& number) {
  const MeterKeys& keys = context_.keys;
  if (plain_.size() < apdu.size()) plain_.resize(apdu.size());
  const auto open_with = [&](KeyNumber tried) {
    number = tried;
    return protocol::dlms::open_general_glo(apdu, keys.keys(meter, tried), context_.ports.crypto,
                                            plain_);
  };
  const KeyNumber in_force = keys.in_force(meter);
  const auto opened = open_with(in_force);
  if (opened || opened.error() != protocol::Error::bad_tag) return opened;
  if (keys.changing(meter)) return open_with(in_force + 1);
  return keys.opens_former(meter, context_.now()) ? open_with(in_force - 1) : opened;
}

// One that is sealed with the new keys settles their change.
bool Pushes::is_new(MeterIndex meter, KeyNumber number, std::uint32_t invocation_counter) {
  if (number != context_.keys.in_force(meter)) context_.keys_proved(meter, number);
  if (number != context_.keys.in_force(meter)) {
    std::uint32_t& last = context_.keys.former_push(meter);
    if (invocation_counter <= last) return false;
    last = invocation_counter;
    return true;
  }
  MeterRecord record = context_.store.meter_table().record(meter);
  if (record.push_seen && invocation_counter <= record.push_counter) return false;
  record.push_seen = true;
  record.push_counter = invocation_counter;
  context_.store.meter_table().set_record(meter, record);
  return true;
}

bool Pushes::on_push(MeterIndex caller, Bytes apdu) {
  EngineCounters& counters = context_.counters;
  const auto title = protocol::dlms::sender_of_general_glo(apdu);
  if (!title) {
    ++counters.malformed;
    return false;
  }
  const MeterIndex meter = context_.inventory.by_system_title(*title);
  if (meter == kNoMeter) {
    ++counters.unknown_title;
    return false;
  }
  if (meter != caller) {
    ++counters.foreign;
    return false;
  }
  KeyNumber number = 0;
  const auto opened = open(meter, apdu, number);
  if (!opened) {
    ++(opened.error() == protocol::Error::bad_tag ? counters.not_authentic : counters.malformed);
    return false;
  }
  if (!is_new(meter, number, opened->invocation_counter)) {
    ++counters.replayed;
    return false;
  }
  const auto notification = protocol::dlms::decode_notification(opened->apdu);
  if (!notification) {
    ++counters.malformed;
    return true;
  }
  const Bytes body = notification->body;
  const auto octets = static_cast<std::uint32_t>(apdu.size() + protocol::wrapper::kHeaderOctets);
  if (events_.take_notice(meter, body, context_.now(), octets)) return true;
  if (types_.of(meter) != nullptr) {
    store(meter, body, context_.now(), octets);
  } else if (held_.size() < kMaxHeld) {
    held_.push_back({meter, context_.now(), octets, {body.begin(), body.end()}});
  }
  return true;
}

void Pushes::release(MeterIndex learner) {
  const auto others = std::stable_partition(held_.begin(), held_.end(), [&](const Held& held) {
    return !types_.same(held.meter, learner);
  });
  std::vector<Held> ours(std::make_move_iterator(others), std::make_move_iterator(held_.end()));
  held_.erase(others, held_.end());
  for (const Held& held : ours) store(held.meter, held.body, held.arrival, held.octets);
}

// structure(3) {octet-string push setup, octet-string profile, array of rows}.
void Pushes::store(MeterIndex meter, Bytes body, UtcNs arrival, std::uint32_t octets) {
  EngineCounters& counters = context_.counters;
  protocol::axdr::Cursor in(body);
  in.structure(3);
  const Bytes setup = in.octet_string();
  const Bytes name = in.octet_string();
  const Bytes array = in.take_value();
  Obis obis;
  if (!in.at_end() || setup.size() != obis.octets.size() || name.size() != obis.octets.size()) {
    ++counters.malformed;
    return;
  }
  std::copy(name.begin(), name.end(), obis.octets.begin());
  const ProfileType* profile = types_.profile(meter, obis);
  if (profile == nullptr) {
    ++counters.unknown_profile;
    return;
  }
  const std::int64_t period_s = context_.inventory[meter].capture_period_s;
  const DecodedRows decoded = decode_rows(array, *profile, period_s, rows_, context_.config.zone);
  context_.note_left_out(meter, decoded.without_time, decoded.refused);
  if (decoded.columns_changed) return context_.note_columns_changed(meter, obis);
  if (!decoded.ok) {
    ++counters.malformed;
    return;
  }
  ++counters.pushes;
  context_.take_rows(meter, obis, rows_, Delivery::push, arrival);
  plans_.note_rows(meter, obis, rows_, arrival / kNsPerSecond);
  Message message{.meter = meter, .kind = MessageKind::push, .octets_up = octets, .at = arrival};
  if (!rows_.empty()) message.latency = arrival - rows_.back().stamp_utc_s * kNsPerSecond;
  context_.observer.message(message);
}

}  // namespace hes
