// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// What attributes read as, apart from profiles and associations.
#include <string_view>

#include "meter/fw/core/revision.hpp"
#include "meter/fw/cosem/cosem_server.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/classes/association_ln.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/disconnect_control.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/cosem/classes/security_setup.hpp"
#include "protocol/cosem/date_time.hpp"

namespace meter::fw {
namespace {

namespace axdr = protocol::axdr;
using protocol::Writer;

constexpr std::int8_t kLogicalName = 1;
constexpr std::int8_t kScalerUnit = 3;

// Operating status 0.0.96.5.0: bits of this manufacturer.
constexpr std::uint8_t kOperatingLoadConnected = 0x01;
constexpr std::uint8_t kOperatingClockValid = 0x02;
constexpr std::uint8_t kOperatingDaylightSaving = 0x04;

template <std::size_t N>
Bytes text_of(const char (&text)[N]) {
  std::size_t n = 0;
  while (n < N && text[n] != 0) ++n;
  return {reinterpret_cast<const std::uint8_t*>(text), n};
}

std::uint32_t rounded(double value) {
  return value > 0.0 ? static_cast<std::uint32_t>(value + 0.5) : 0;
}

// Rule of class 8 attributes 5 and 6: month and weekday with wildcards, local time before the
// change (Blue Book 4.5.1; day FEh with weekday 7: the last Sunday).
void put_season_rule(std::uint8_t month, std::int16_t deviation_min, Writer& out) {
  const auto local_min = static_cast<std::int16_t>(60 - deviation_min);  // 01:00 UTC
  const std::int16_t of_day = static_cast<std::int16_t>((local_min + 1440) % 1440);
  const auto deviation = static_cast<std::uint16_t>(deviation_min);
  const std::array<std::uint8_t, 12> rule{0xFF,
                                          0xFF,
                                          month,
                                          0xFE,
                                          7,
                                          static_cast<std::uint8_t>(of_day / 60),
                                          static_cast<std::uint8_t>(of_day % 60),
                                          0,
                                          0,
                                          static_cast<std::uint8_t>(deviation >> 8),
                                          static_cast<std::uint8_t>(deviation & 0xFF),
                                          0};
  axdr::put_octet_string(rule, out);
}

}  // namespace

void CosemServer::put_value(const Object& object, std::int8_t attribute, Writer& out) const {
  if (attribute == kLogicalName) return axdr::put_octet_string(object.obis.octets, out);
  if (object.item == Item::power_line) return put_power_line(object, attribute, out);
  switch (object.class_id) {
    case classes::Data::kId:
      return put_data(object, out);
    case classes::Register::kId:
      if (attribute != kScalerUnit) return put_register(object, out);
      axdr::begin_structure(2, out);
      axdr::put_integer(object.scaler, out);
      return axdr::put_enum(object.unit, out);
    case classes::ProfileGeneric::kId:
      return put_profile_attribute(parts_.core, static_cast<LogId>(object.which), attribute, out);
    case classes::Clock::kId:
      return put_clock(attribute, out);
    case classes::AssociationLn::kId:  // its logical name was all there is for here
      return;
    case classes::SecuritySetup::kId:
      return put_security(object, attribute, out);
    case classes::DisconnectControl::kId:
      return put_disconnect(attribute, out);
  }
}

void CosemServer::put_data(const Object& object, Writer& out) const {
  const Core& core = parts_.core;
  switch (object.item) {
    case Item::logical_device_name:
      return axdr::put_octet_string(text_of(core.identity.logical_device_name), out);
    case Item::serial:
      return axdr::put_octet_string(text_of(core.identity.serial), out);
    case Item::firmware_id:
      return axdr::put_octet_string(text_of(kRevision), out);
    case Item::profile_status:
      return axdr::put_unsigned(Schedule::live_status(core, static_cast<LogId>(object.which)), out);
    case Item::invocation_counter:
      return axdr::put_double_long_unsigned(core.durable.state.accepted_counter[object.which], out);
    case Item::error_register:
      return axdr::put_double_long_unsigned(core.errors(), out);
    case Item::event_code:
      return axdr::put_unsigned(core.journal.last_code(static_cast<LogId>(object.which)), out);
    default: {  // operating status
      std::uint8_t status = core.settings.output_state != 0 ? kOperatingLoadConnected : 0;
      if (core.clock.valid) status |= kOperatingClockValid;
      if (core.clock.zone.at(core.clock.utc_s(core.hal)).daylight_saving) {
        status |= kOperatingDaylightSaving;
      }
      return axdr::put_unsigned(status, out);
    }
  }
}

void CosemServer::put_register(const Object& object, Writer& out) const {
  const Core& core = parts_.core;
  const WindowReading& reading = core.reading;
  const std::array<double, 4> power{reading.active_w, -reading.active_w, reading.reactive_var,
                                    -reading.reactive_var};
  switch (object.item) {
    case Item::energy:
      return axdr::put_double_long_unsigned(core.durable.state.energy[object.which].wh, out);
    case Item::power:
      return axdr::put_double_long_unsigned(rounded(power[object.which]), out);
    case Item::voltage: {
      const double volts = square_root(reading.element[object.which].voltage2_v2);
      return axdr::put_long_unsigned(static_cast<std::uint16_t>(rounded(volts * 10.0)), out);
    }
    case Item::current: {
      const double amperes = square_root(reading.element[object.which].current2_a2);
      return axdr::put_double_long_unsigned(rounded(amperes * 1000.0), out);
    }
    default:
      return axdr::put_long_unsigned(
          static_cast<std::uint16_t>(rounded(reading.frequency_hz * 100.0)), out);
  }
}

void CosemServer::put_clock(std::int8_t attribute, Writer& out) const {
  const Core& core = parts_.core;
  const TimeZone& zone = core.clock.zone;
  switch (attribute) {
    case 2:
      return protocol::cosem::put_date_time(core.clock.now(core.hal), out);
    case 3:
      return axdr::put_long(zone.zone_min(), out);
    case 4:
      return axdr::put_unsigned(core.clock.now(core.hal).status, out);
    case 5:
      return put_season_rule(3, zone.zone_min(), out);
    case 6:
      return put_season_rule(10, static_cast<std::int16_t>(zone.zone_min() - kDaylightSaving_min),
                             out);
    case 7:
      return axdr::put_integer(kDaylightSaving_min, out);
    case 8:
      return axdr::put_boolean(zone.has_daylight_saving(), out);
    default:
      return axdr::put_enum(1, out);  // internal crystal
  }
}

void CosemServer::put_security(const Object& object, std::int8_t attribute, Writer& out) const {
  switch (attribute) {
    case 2:
      return axdr::put_enum(policy_of(parts_.core, static_cast<KeySet>(object.which)), out);
    case 3:
      return axdr::put_enum(0, out);  // suite 0
    case 4:  // the client's title lives with its association and is nobody else's
      return axdr::put_octet_string({}, out);
    default:
      return axdr::put_octet_string(Bytes(parts_.core.identity.system_title), out);
  }
}

void CosemServer::put_disconnect(std::int8_t attribute, Writer& out) const {
  const Settings& settings = parts_.core.settings;
  switch (attribute) {
    case 2:
      return axdr::put_boolean(settings.output_state != 0, out);
    case 3:
      return axdr::put_enum(settings.control_state, out);
    default:
      return axdr::put_enum(settings.relay_mode, out);
  }
}

AssociationView CosemServer::view_of(const Object& object) const {
  const bool current = object.which == kNoClient;
  AssociationView view;
  view.client = current ? visit_.client : static_cast<ClientIndex>(object.which);
  view.fitting = fitting();
  view.max_pdu_octets = visit_.max_pdu_octets;
  view.associated = visit_.associated && view.client == visit_.client;
  return view;
}

}  // namespace meter::fw
