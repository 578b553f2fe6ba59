// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/concentrator/fake_meter.hpp"

#include <algorithm>

#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/alarm_notice.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/disconnect_control.hpp"
#include "protocol/cosem/classes/security_setup.hpp"

namespace dcu_test {
namespace {

namespace classes = protocol::cosem::classes;
namespace axdr = protocol::axdr;
using protocol::Bytes;
using protocol::Writer;
using protocol::cosem::AccessResult;
using protocol::cosem::obis;
using protocol::dlms::Authentication;
using protocol::dlms::ClientRole;

constexpr ClientRole kPublic{16, Authentication::none, false, false};
constexpr ClientRole kManagement{1, Authentication::hls5_gmac, true, false};
constexpr ClientRole kConcentrator{3, Authentication::hls5_gmac, true, false};
constexpr auto kSecurity = obis(0, 0, 43, 0, 1);
constexpr std::int64_t kDayS = 86'400;

void put_rows(const std::vector<Row>& rows, bool events, Writer& out) {
  axdr::begin_array(rows.size(), out);
  for (const Row& row : rows) {
    axdr::begin_structure(events ? 2 : 2 + dcu::app::kRowValues, out);
    protocol::cosem::put_date_time(row.at, out);
    axdr::put_unsigned(row.status, out);
    if (events) continue;
    for (const std::uint64_t value : row.values) {
      axdr::put_double_long_unsigned(static_cast<std::uint32_t>(value), out);
    }
  }
}

}  // namespace

FakeMeter::FakeMeter(unsigned n)
    : number(n),
      crypto_([state = std::uint8_t{0}](protocol::MutableBytes out) mutable {
        for (std::uint8_t& octet : out) octet = ++state;
      }),
      public_(kPublic),
      management_(kManagement),
      concentrator_(kConcentrator) {
  title = {'A', 'M', 'T', 0, 0, 0, static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)};
  management_keys.unicast.fill(static_cast<std::uint8_t>(n + 1));
  management_keys.authentication.fill(static_cast<std::uint8_t>(n + 2));
  concentrator_keys.unicast.fill(static_cast<std::uint8_t>(n + 101));
  concentrator_keys.authentication.fill(static_cast<std::uint8_t>(n + 102));
  master_key.fill(static_cast<std::uint8_t>(n + 50));
  last_counter[3] = 17;
}

std::string FakeMeter::serial_of(unsigned number) { return std::to_string(1'000'000'000 + number); }

void FakeMeter::capture(std::int64_t stamp_s, std::uint8_t status) {
  energy_ += number % 2;  // homes with even numbers are empty: their rows look alike
  Row row;
  row.at.utc_s = stamp_s;
  row.at.deviation_min = -60;
  row.status = status;
  row.values = {energy_, 0, energy_ / 4, 0, 0, number};
  if (stamp_s % kDayS == 0) daily.push_back(row);
  load.push_back(row);
}

void FakeMeter::live_until(std::int64_t now_s) {
  now_s_ = now_s;
  if (image) image->live_until(now_s);
  const std::int64_t clock_s = now_s + clock_offset_s;
  if (reached_s_ == 0) reached_s_ = clock_s;
  for (std::int64_t at = (reached_s_ / kPeriodS + 1) * kPeriodS; at <= clock_s; at += kPeriodS) {
    capture(at, adjusted_ ? dcu::app::kRowClockAdjusted : 0);
    adjusted_ = false;
  }
  reached_s_ = std::max(reached_s_, clock_s);
}

void FakeMeter::move_clock(std::int64_t seconds) {
  clock_offset_s += seconds;
  adjusted_ = true;
  const std::int64_t clock_s = now_s_ + clock_offset_s;
  if (seconds < 0) {
    reached_s_ = clock_s;
    return;
  }
  // Forward over boundaries: one row, stamped with the last of them.
  const std::int64_t last = clock_s / kPeriodS * kPeriodS;
  if (last > reached_s_) {
    capture(last, dcu::app::kRowClockAdjusted | dcu::app::kRowNotValid);
    adjusted_ = false;
  }
  reached_s_ = clock_s;
}

Octets FakeMeter::answer(std::uint16_t client, Bytes apdu) {
  if (deaf || (private_only && client == 16)) return {};
  protocol::dlms::ServerSession* const session = client == 16  ? &public_
                                                 : client == 1 ? &management_
                                                 : client == 3 ? &concentrator_
                                                               : nullptr;
  if (session == nullptr) return {};
  protocol::dlms::ServerIdentity identity;
  identity.system_title = title;
  identity.keys = client == 3 ? concentrator_keys : management_keys;
  identity.max_pdu_octets = 1021;
  ++asked;
  Octets reply(identity.max_pdu_octets);
  Octets scratch(identity.max_pdu_octets + 64);
  Writer out(reply);
  session->on_apdu(apdu, identity, *this, crypto_, scratch, out);
  if (keys_changed_) concentrator_keys = next_keys_;
  keys_changed_ = false;
  if (forgets_answers) return {};
  reply.resize(out.size());
  return reply;
}

Octets FakeMeter::spontaneous(std::uint8_t code) {
  std::array<std::uint8_t, 64> body{};
  Writer body_out(body);
  protocol::cosem::DateTime at;
  at.utc_s = now_s_ + clock_offset_s;
  at.deviation_min = -60;
  const std::uint8_t group = code >= 59 && code <= 68 ? 2 : 0;
  const auto log = protocol::cosem::event_log_name(group);
  protocol::cosem::put_alarm_notice({log, {}, code, code}, at, body_out);
  protocol::dlms::ServerIdentity identity;
  identity.system_title = title;
  identity.keys = concentrator_keys;
  Octets apdu(256);
  Octets scratch(256);
  Writer out(apdu);
  protocol::dlms::encode_ciphered_notification(identity, next_invocation_counter(), 1, {},
                                               body_out.written(), crypto_, scratch, out);
  apdu.resize(out.size());
  return apdu;
}

Octets FakeMeter::value_of(const protocol::cosem::Attribute& attribute,
                           const protocol::cosem::Selection& selection, AccessResult& result) {
  if (image) {
    if (const auto known = image->get(attribute)) {
      result = AccessResult::success;
      return *known;
    }
  }
  Octets value(512 + load.size() * 64);
  Writer out(value);
  result = AccessResult::success;
  const std::map<protocol::cosem::Obis, std::vector<Row>*> profiles = {
      {obis(1, 0, 99, 1, 0), &load},
      {obis(1, 0, 99, 2, 0), &daily},
      {obis(0, 0, 99, 98, 0), &events},
      {obis(0, 0, 99, 98, 2), &relay_events}};
  const auto profile = profiles.find(attribute.instance);
  const bool is_log = attribute.instance.octets[3] == 98;
  if (profile != profiles.end() && attribute.index == 2) {
    std::vector<Row> selected;
    for (const Row& row : *profile->second) {
      if (row.at.utc_s >= selection.from_utc_s && row.at.utc_s <= selection.to_utc_s) {
        selected.push_back(row);
      }
    }
    put_rows(selected, is_log != talks_rubbish, out);
  } else if (profile != profiles.end() && attribute.index == 4) {
    axdr::put_double_long_unsigned(kPeriodS, out);
  } else if (attribute.class_id == classes::Clock::kId && attribute.index == 2) {
    protocol::cosem::DateTime time;
    time.utc_s = now_s_ + clock_offset_s;
    time.deviation_min = -60;
    protocol::cosem::put_date_time(time, out);
  } else if (attribute.instance == obis(0, 0, 43, 1, 1)) {
    axdr::put_double_long_unsigned(last_counter[3], out);
  } else if (attribute.instance == obis(0, 0, 42, 0, 0)) {
    axdr::put_octet_string(Bytes(reinterpret_cast<const std::uint8_t*>("AMT0000000000001"), 16),
                           out);
  } else if (attribute.instance == obis(1, 0, 0, 2, 0)) {
    axdr::put_octet_string(Bytes(reinterpret_cast<const std::uint8_t*>("ad11a 1"), 7), out);
  } else if (attribute.class_id == classes::DisconnectControl::kId) {
    if (attribute.index == 2) axdr::put_boolean(relay_closed, out);
    if (attribute.index == 3) axdr::put_enum(relay_closed ? 1 : 0, out);
    if (attribute.index == 4) axdr::put_enum(control_mode, out);
  } else if (attribute.instance == obis(1, 0, 32, 7, 0)) {
    if (attribute.index == 2) axdr::put_long_unsigned(2301, out);
    if (attribute.index == 3) {
      axdr::begin_structure(2, out);
      axdr::put_integer(-1, out);
      axdr::put_enum(35, out);
    }
  } else {
    result = AccessResult::object_undefined;
  }
  value.resize(out.size());
  return value;
}

AccessResult FakeMeter::get(protocol::dlms::Sap, const protocol::cosem::Attribute& attribute,
                            const protocol::cosem::Selection& selection, std::size_t offset,
                            Writer& out, bool& more) {
  AccessResult result{};
  const Octets value = value_of(attribute, selection, result);
  const Bytes rest = Bytes(value).subspan(std::min(offset, value.size()));
  const std::size_t n = std::min(rest.size(), out.space());
  out.bytes(rest.first(n));
  more = n < rest.size();
  return result;
}

AccessResult FakeMeter::set(protocol::dlms::Sap, const protocol::cosem::Attribute& attribute,
                            Bytes value) {
  if (image) {
    if (const auto result = image->set(attribute, value)) return *result;
  }
  if (attribute.class_id == classes::DisconnectControl::kId && attribute.index == 4) {
    axdr::Cursor in(value);
    control_mode = in.enumeration();
    return in.at_end() ? AccessResult::success : AccessResult::type_unmatched;
  }
  if (attribute.class_id != classes::Clock::kId) {
    return static_cast<unsigned>(attribute.class_id) == 20 ||
                   static_cast<unsigned>(attribute.class_id) == 71
               ? AccessResult::object_undefined
               : AccessResult::read_write_denied;
  }
  axdr::Cursor in(value);
  const auto time = protocol::cosem::decode_date_time(in.date_time());
  if (!time) return AccessResult::type_unmatched;
  move_clock(time->utc_s - now_s_ - clock_offset_s);
  return AccessResult::success;
}

AccessResult FakeMeter::action(protocol::dlms::Sap, const protocol::cosem::Method& method,
                               Bytes parameter, Writer&) {
  if (image) {
    if (const auto result = image->act(method, parameter)) return *result;
  }
  axdr::Cursor in(parameter);
  if (method.class_id == classes::DisconnectControl::kId) {
    relay_closed = method.index == 2;
    ++relay_actions;
    return AccessResult::success;
  }
  if (method.class_id == classes::SecuritySetup::kId && method.instance == kSecurity) {
    next_keys_ = concentrator_keys;
    const std::uint32_t n = in.array();
    for (std::uint32_t k = 0; k < n && in.ok(); ++k) {
      in.structure(2);
      const std::uint8_t id = in.enumeration();
      const Bytes wrapped = in.octet_string();
      auto& key = id == 0 ? next_keys_.unicast : next_keys_.authentication;
      if (wrapped.size() != 24 || !crypto_.unwrap(master_key, wrapped, key)) {
        return AccessResult::other_reason;
      }
    }
    keys_changed_ = true;
    return AccessResult::success;
  }
  if (method.class_id != classes::Clock::kId || method.index != 6)
    return AccessResult::object_undefined;
  move_clock(in.number());
  ++shifts;
  return AccessResult::success;
}

void FakeMeter::served(protocol::dlms::Sap client, Service service, std::size_t) {
  if (service == Service::associate && client == 3) ++associations;
  if (service == Service::decryption_failed) ++undeciphered;
}

bool FakeMeter::accept_invocation_counter(protocol::dlms::Sap client, std::uint32_t counter) {
  if (counter <= last_counter[client]) return false;
  last_counter[client] = counter;
  return true;
}

}  // namespace dcu_test
