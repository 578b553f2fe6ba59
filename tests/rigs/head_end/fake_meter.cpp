// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/head_end/fake_meter.hpp"

#include <algorithm>

#include "hes-stub/inventory/inventory.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/disconnect_control.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/cosem/classes/security_setup.hpp"
#include "protocol/cosem/quantities.hpp"
#include "protocol/wrapper/wrapper.hpp"

namespace hes_test {
namespace {

namespace classes = protocol::cosem::classes;
namespace axdr = protocol::axdr;
using protocol::Bytes;
using protocol::Writer;
using protocol::cosem::AccessResult;
using protocol::dlms::Authentication;
using protocol::dlms::ClientRole;

constexpr std::uint16_t kDevice = 1;
constexpr ClientRole kPublic{protocol::dlms::kPublicClient, Authentication::none, false, false};
constexpr ClientRole kManagement{protocol::dlms::kManagementClient, Authentication::hls5_gmac, true,
                                 false};
constexpr hes::Obis kPushSetup = protocol::cosem::obis(0, 0, 25, 9, 0);

void put_rows(const std::vector<hes::Row>& rows, bool numbered, Writer& out) {
  axdr::begin_array(rows.size(), out);
  for (const hes::Row& row : rows) {
    axdr::begin_structure(2 + protocol::cosem::kQuantities + (numbered ? 1 : 0), out);
    protocol::cosem::DateTime time;
    time.utc_s = row.stamp_utc_s;
    time.deviation_min = row.deviation_min;
    time.status = row.clock_status;
    protocol::cosem::put_date_time(time, out);
    axdr::put_unsigned(static_cast<std::uint8_t>(row.status), out);
    for (std::size_t i = 0; i < 6; ++i) {
      axdr::put_double_long_unsigned(static_cast<std::uint32_t>(row.values[i]), out);
    }
    if (numbered) axdr::put_double_long_unsigned(row.capture_counter, out);
  }
}

hes::ProfileType profile(const hes::Obis& obis, unsigned status, bool numbered) {
  hes::ProfileType profile;
  profile.obis = obis;
  profile.columns.push_back({{classes::Clock::kId, hes::kClock, 2}});
  profile.columns.push_back({{classes::Data::kId, protocol::cosem::obis(0, 0, 96, 10, status), 2}});
  for (const unsigned c : {1u, 2u, 5u, 6u, 7u, 8u}) {
    profile.columns.push_back({{classes::Register::kId, protocol::cosem::obis(1, 0, c, 8, 0), 2},
                               0,
                               static_cast<std::uint8_t>(c <= 2 ? 30 : 32)});
  }
  if (numbered) {
    profile.columns.push_back({{classes::Data::kId, protocol::cosem::kCaptureCounter, 2}});
  }
  hes::assign_roles(profile);
  return profile;
}

hes::MeterEntry entry_of(unsigned number, std::int64_t capture_period_s) {
  hes::MeterEntry entry;
  entry.serial = std::to_string(1'000'000 + number);
  entry.logical_device_name = "ADD" + entry.serial;
  entry.system_title = {'A',
                        'D',
                        'D',
                        0,
                        0,
                        0,
                        static_cast<std::uint8_t>(number >> 8),
                        static_cast<std::uint8_t>(number)};
  entry.model = "AD11A";
  entry.firmware = "ad11a";
  entry.capture_period_s = capture_period_s;
  entry.keys.unicast.fill(static_cast<std::uint8_t>(number + 1));
  entry.keys.authentication.fill(static_cast<std::uint8_t>(number + 2));
  entry.master_key.emplace().fill(static_cast<std::uint8_t>(number + 3));
  return entry;
}

}  // namespace

FakeMeter::FakeMeter(unsigned n, std::int64_t capture_period_s)
    : number(n),
      period_s(capture_period_s),
      crypto_([state = std::uint8_t{0}](protocol::MutableBytes out) mutable {
        for (std::uint8_t& octet : out) octet = ++state;
      }),
      public_(kPublic),
      management_(kManagement) {
  const hes::MeterEntry entry = entry_of(n, capture_period_s);
  identity.system_title = entry.system_title;
  identity.keys = entry.keys;
  master_key = *entry.master_key;
}

Octets wrap(std::uint16_t source, std::uint16_t destination, Bytes apdu) {
  Octets message(apdu.size() + protocol::wrapper::kHeaderOctets);
  Writer out(message);
  protocol::wrapper::encode({source, destination, apdu}, out);
  return message;
}

Octets FakeMeter::notification(std::uint8_t kind) const {
  std::array<std::uint8_t, 64> body;
  Writer body_out(body);
  axdr::begin_structure(2, body_out);
  axdr::put_unsigned(kind, body_out);
  axdr::put_octet_string(identity.system_title, body_out);
  std::array<std::uint8_t, 128> apdu;
  Writer out(apdu);
  protocol::dlms::encode_notification(1, {}, body_out.written(), out);
  return wrap(kDevice, protocol::dlms::kPushClient, out.written());
}

Octets FakeMeter::push(std::size_t first, std::size_t n) {
  const auto from = rows.begin() + static_cast<std::ptrdiff_t>(first);
  return push_of({from, from + static_cast<std::ptrdiff_t>(n)}, hes::kLoadProfile);
}

Octets FakeMeter::push_of(const std::vector<hes::Row>& pushed, const hes::Obis& obis) {
  Octets body(4096);
  Writer body_out(body);
  axdr::begin_structure(3, body_out);
  axdr::put_octet_string(kPushSetup.octets, body_out);
  axdr::put_octet_string(obis.octets, body_out);
  put_rows(pushed, numbered, body_out);
  Octets apdu(4200);
  Octets scratch(4200);
  Writer out(apdu);
  protocol::dlms::encode_ciphered_notification(identity, next_invocation_counter(), 1, {},
                                               body_out.written(), crypto_, scratch, out);
  return wrap(kDevice, protocol::dlms::kPushClient, out.written());
}

Octets FakeMeter::answer(Bytes message, std::int64_t now_s) {
  if (deaf) return {};
  now_s_ = now_s;
  if (image) image->live_until(now_s);
  const auto request = protocol::wrapper::decode(message);
  if (!request || request->destination != kDevice) return {};
  const bool is_public = request->source == protocol::dlms::kPublicClient;
  if (!is_public && request->source != protocol::dlms::kManagementClient) return {};
  Octets reply(identity.max_pdu_octets);
  Octets scratch(identity.max_pdu_octets);
  Writer out(reply);
  (is_public ? public_ : management_)
      .on_apdu(request->apdu, identity, *this, crypto_, scratch, out);
  if (next_keys_) {
    identity.keys = *next_keys_;
    last_client_counter = 0;
    next_keys_.reset();
  }
  if (out.size() == 0 || forgets_answers) return {};
  if (ignores_release && request->apdu[0] == 0x62) return {};
  Octets messages;
  for (const Octets& apdu : in_front) {
    const Octets first = wrap(kDevice, request->source, apdu);
    messages.insert(messages.end(), first.begin(), first.end());
  }
  const Octets last = wrap(kDevice, request->source, out.written());
  messages.insert(messages.end(), last.begin(), last.end());
  return messages;
}

Octets encode_rows(const std::vector<hes::Row>& rows, bool numbered) {
  Octets value(16 + rows.size() * 64);
  Writer out(value);
  put_rows(rows, numbered, out);
  value.resize(out.size());
  return value;
}

void FakeMeter::capture(hes::Row row) {
  if (numbered) row.capture_counter = ++last_number;
  rows.push_back(row);
}

Octets FakeMeter::rows_of(const protocol::cosem::Attribute& attribute,
                          const protocol::cosem::Selection& selection, AccessResult& result) {
  const bool load = attribute.instance == hes::kLoadProfile;
  if (!load && attribute.instance != hes::kDailyClosing) {
    result = AccessResult::object_undefined;
    return {};
  }
  const bool by_number = selection.kind == protocol::cosem::Selection::Kind::numbers;
  if (load) asked.push_back(selection);
  if (refuses_rows) result = AccessResult::read_write_denied;
  if (by_number && numbers_result != AccessResult::success) result = numbers_result;
  if (!load) result = closings_result;
  if (result != AccessResult::success) return {};
  std::vector<hes::Row> selected;
  for (const hes::Row& row : load ? rows : closings) {
    const bool wanted = by_number ? row.capture_counter >= selection.from_entry &&
                                        row.capture_counter <= selection.to_entry
                                  : row.stamp_utc_s >= selection.from_utc_s &&
                                        row.stamp_utc_s <= selection.to_utc_s;
    if (wanted && rotten_number != 0 && row.capture_counter == rotten_number) {
      result = AccessResult::hardware_fault;
      return {};
    }
    if (wanted || !heeds_selections) selected.push_back(row);
  }
  return encode_rows(selected, numbered);
}

Octets FakeMeter::value_of(const protocol::cosem::Attribute& attribute,
                           const protocol::cosem::Selection& selection, AccessResult& result) {
  if (image) {
    if (const auto known = image->get(attribute)) return *known;
  }
  Octets value(1024);
  Writer out(value);
  result = AccessResult::success;
  if (attribute.class_id == classes::ProfileGeneric::kId && attribute.index == 2) {
    return rows_of(attribute, selection, result);
  }
  if (attribute.class_id == classes::ProfileGeneric::kId && attribute.index == 3) {
    const hes::TypeTemplate type = fake_type(numbered);
    const auto* const profile = type.profile(attribute.instance);
    if (profile == nullptr) {
      result = AccessResult::object_undefined;
      return {};
    }
    const auto& columns = profile->columns;
    axdr::begin_array(columns.size(), out);
    for (const hes::Column& column : columns) {
      axdr::begin_structure(4, out);
      axdr::put_long_unsigned(static_cast<std::uint16_t>(column.source.class_id), out);
      axdr::put_octet_string(column.source.instance.octets, out);
      axdr::put_integer(column.source.index, out);
      axdr::put_long_unsigned(0, out);
    }
  } else if (attribute.class_id == classes::Register::kId && attribute.index == 3) {
    axdr::begin_structure(2, out);
    axdr::put_integer(0, out);
    axdr::put_enum(attribute.instance.octets[2] <= 2 ? 30 : 32, out);
  } else if (attribute.class_id == classes::Clock::kId && attribute.index == 2) {
    protocol::cosem::DateTime time;
    time.utc_s = now_s_ + clock_offset_s;
    time.deviation_min = -60;
    protocol::cosem::put_date_time(time, out);
  } else if (attribute.instance == protocol::cosem::obis(0, 0, 43, 1, 0)) {
    axdr::put_double_long_unsigned(last_client_counter, out);
  } else if (numbered && attribute.instance == protocol::cosem::kCaptureCounter) {
    ++counter_reads;
    result = counter_result;
    axdr::put_double_long_unsigned(last_number, out);
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
  if (attribute.class_id != classes::Clock::kId) return AccessResult::read_write_denied;
  axdr::Cursor in(value);
  const auto time = protocol::cosem::decode_date_time(in.date_time());
  if (!time) return AccessResult::type_unmatched;
  clock_offset_s = time->utc_s - now_s_;
  return AccessResult::success;
}

AccessResult FakeMeter::action(protocol::dlms::Sap, const protocol::cosem::Method& method,
                               Bytes parameter, Writer&) {
  if (image) {
    if (const auto result = image->act(method, parameter)) return *result;
  }
  if (method.class_id == classes::DisconnectControl::kId) {
    if (refuses_relay) return AccessResult::read_write_denied;
    relay_closed = method.index == 2;
    ++relay_actions;
    return AccessResult::success;
  }
  if (method.class_id == classes::SecuritySetup::kId) return take_keys(parameter);
  if (method.class_id != classes::Clock::kId || method.index != 6)
    return AccessResult::object_undefined;
  axdr::Cursor in(parameter);
  clock_offset_s += in.number();
  ++shifts;
  return AccessResult::success;
}

AccessResult FakeMeter::take_keys(Bytes parameter) {
  ++key_transfers;
  keys_given.emplace_back(parameter.begin(), parameter.end());
  if (new_keys == NewKeys::refused) return AccessResult::other_reason;
  protocol::dlms::Keys keys = identity.keys;
  axdr::Cursor in(parameter);
  const std::uint32_t n = in.array();
  for (std::uint32_t k = 0; k < n && in.ok(); ++k) {
    in.structure(2);
    auto& key = in.enumeration() == 0 ? keys.unicast : keys.authentication;
    const Bytes wrapped = in.octet_string();
    if (wrapped.size() != key.size() + 8 || !crypto_.unwrap(master_key, wrapped, key)) {
      return AccessResult::other_reason;
    }
  }
  if (new_keys == NewKeys::taken) next_keys_ = keys;
  return in.at_end() ? AccessResult::success : AccessResult::type_unmatched;
}

void FakeMeter::served(protocol::dlms::Sap client, Service service, std::size_t) {
  if (service == Service::get) ++gets;
  if (service == Service::associate && client == protocol::dlms::kManagementClient) ++associations;
}

bool FakeMeter::accept_invocation_counter(protocol::dlms::Sap, std::uint32_t counter) {
  std::uint32_t& last = last_counter_of_[identity.keys.unicast];
  counters_went_on &= counter > last;
  last = std::max(last, counter);
  if (counter <= last_client_counter) return false;
  last_client_counter = counter;
  return true;
}

hes::TypeTemplate fake_type(bool numbered) {
  hes::TypeTemplate type;
  type.firmware = "ad11a";
  type.revision = "1";
  type.profiles.push_back(profile(hes::kLoadProfile, 7, numbered));
  type.profiles.push_back(profile(hes::kDailyClosing, 8, numbered));
  return type;
}

hes::Inventory fake_inventory(std::size_t meters, std::int64_t capture_period_s) {
  std::vector<hes::MeterEntry> entries;
  for (unsigned i = 0; i < meters; ++i) entries.push_back(entry_of(i, capture_period_s));
  return hes::Inventory(std::move(entries));
}

}  // namespace hes_test
