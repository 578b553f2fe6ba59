// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/orders/order_book.hpp"

#include <algorithm>
#include <functional>

#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/disconnect_control.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/cosem/classes/security_setup.hpp"
#include "protocol/dlms/selection.hpp"

namespace dcu::app {
namespace {

namespace classes = protocol::cosem::classes;
using classes::DisconnectControl;
namespace axdr = protocol::axdr;
namespace p32 = protocol::p32;
using protocol::Writer;
using protocol::cosem::ClassId;
using protocol::cosem::obis;
using protocol::cosem::Obis;

constexpr auto kLoadProfile = obis(1, 0, 99, 1, 0);
constexpr auto kDisconnect = obis(0, 0, 96, 3, 10);
constexpr auto kErrorRegister = obis(0, 0, 97, 97, 0);
constexpr auto kSagThreshold = obis(1, 0, 12, 31, 0);
constexpr auto kSwellThreshold = obis(1, 0, 12, 35, 0);
constexpr auto kPowerQualityTime = obis(1, 0, 12, 43, 0);
constexpr auto kSecuritySetup = obis(0, 0, 43, 0, 1);  // of client 3

Octets value_of(const std::function<void(Writer&)>& write, std::size_t room = 256) {
  Octets octets(room);
  Writer out(octets);
  write(out);
  octets.resize(out.ok() ? out.size() : 0);
  return octets;
}

std::vector<Operation> relay(const p32::RelayOrder& order) {
  const auto state = [](std::int8_t index) {
    return get_of(DisconnectControl::kId, kDisconnect, index);
  };
  std::vector<Operation> operations;
  // Whether a reconnection closes the relay or arms it is a matter of the control mode.
  if (order.action == p32::RelayAction::arm)
    operations.push_back(state(DisconnectControl::kControlMode));
  const std::int8_t method = order.action == p32::RelayAction::open
                                 ? DisconnectControl::kRemoteDisconnect
                                 : DisconnectControl::kRemoteReconnect;
  operations.push_back(action_of(DisconnectControl::kId, kDisconnect, method,
                                 value_of([](Writer& out) { axdr::put_integer(0, out); })));
  for (const auto& fact : DisconnectControl::kAttributes) operations.push_back(state(fact.index));
  return operations;
}

std::vector<Operation> parameters(const p32::MeterParametersOrder& order) {
  std::vector<Operation> operations;
  const auto set = [&](ClassId class_id, const Obis& name, std::int8_t index, auto write) {
    operations.push_back(set_of(class_id, name, index, value_of(write)));
  };
  if (order.time_zone_min) {
    set(classes::Clock::kId, kClock, classes::Clock::kTimeZone,
        [&](Writer& o) { axdr::put_long(*order.time_zone_min, o); });
  }
  if (order.daylight_saving) {
    set(classes::Clock::kId, kClock, classes::Clock::kDaylightSavingsEnabled,
        [&](Writer& o) { axdr::put_boolean(*order.daylight_saving, o); });
  }
  if (order.control_mode) {
    set(DisconnectControl::kId, kDisconnect, DisconnectControl::kControlMode,
        [&](Writer& o) { axdr::put_enum(*order.control_mode, o); });
  }
  const auto threshold = [&](const std::optional<std::uint32_t>& value, const Obis& name) {
    if (!value) return;
    set(classes::Register::kId, name, classes::Register::kValue,
        [&](Writer& o) { axdr::put_long_unsigned(static_cast<std::uint16_t>(*value), o); });
  };
  threshold(order.sag_threshold_dv, kSagThreshold);
  threshold(order.swell_threshold_dv, kSwellThreshold);
  threshold(order.power_quality_time_s, kPowerQualityTime);
  if (order.clear_errors) {
    set(classes::Data::kId, kErrorRegister, classes::Data::kValue,
        [](Writer& o) { axdr::put_double_long_unsigned(0, o); });
  }
  // Last: a new period clears the buffer.
  if (order.capture_period_s) {
    set(classes::ProfileGeneric::kId, kLoadProfile, classes::ProfileGeneric::kCapturePeriod,
        [&](Writer& o) { axdr::put_double_long_unsigned(*order.capture_period_s, o); });
  }
  return operations;
}

std::vector<Operation> of_steps(std::vector<protocol::orders::Step> steps) {
  using Service = protocol::orders::Step::Service;
  std::vector<Operation> operations;
  for (protocol::orders::Step& step : steps) {
    Operation operation;
    operation.target = step.target;
    operation.value = std::move(step.value);
    operation.service = step.service == Service::set      ? Operation::Service::set
                        : step.service == Service::action ? Operation::Service::action
                                                          : Operation::Service::get;
    operation.read_back = step.service == Service::read_back;
    operations.push_back(std::move(operation));
  }
  return operations;
}

std::vector<Operation> keys(const p32::KeyChangeOrder& order, std::string_view serial) {
  std::vector<const p32::WrappedKey*> mine;
  for (const p32::WrappedKey& key : order.keys) {
    if (key.meter == serial) mine.push_back(&key);
  }
  return {action_of(classes::SecuritySetup::kId, kSecuritySetup,
                    classes::SecuritySetup::kGlobalKeyTransfer, value_of([&](Writer& o) {
                      axdr::begin_array(mine.size(), o);
                      for (const p32::WrappedKey* key : mine) {
                        axdr::begin_structure(2, o);
                        axdr::put_enum(static_cast<std::uint8_t>(key->key), o);
                        axdr::put_octet_string(key->for_meter, o);
                      }
                    }))};
}

std::vector<Operation> raw(const p32::RawDlmsOrder& order) {
  std::vector<Operation> operations;
  for (const p32::DlmsOperation& wanted : order.operations) {
    Operation operation;
    operation.service = static_cast<Operation::Service>(wanted.service);
    operation.target = {static_cast<ClassId>(wanted.class_id), wanted.instance, wanted.index};
    operation.value = wanted.data;
    operation.once = wanted.service == p32::DlmsService::action;
    if (wanted.selector) {
      const auto selection =
          protocol::dlms::decode_selection({true, *wanted.selector, wanted.selection});
      if (selection) operation.selection = *selection;
    }
    operations.push_back(std::move(operation));
  }
  return operations;
}

}  // namespace

bool selections_supported(const p32::RawDlmsOrder& order) {
  return std::all_of(order.operations.begin(), order.operations.end(), [](const auto& wanted) {
    if (!wanted.selector) return true;
    const bool get = wanted.service == p32::DlmsService::get;
    const auto selection =
        protocol::dlms::decode_selection({true, *wanted.selector, wanted.selection});
    return get && selection.ok() && !selection->selects_columns();
  });
}

std::vector<Operation> operations_of(const p32::Order& order, std::string_view serial) {
  switch (order.kind()) {
    case p32::OrderKind::relay:
      return relay(std::get<p32::RelayOrder>(order.body));
    case p32::OrderKind::meter_parameters:
      return parameters(std::get<p32::MeterParametersOrder>(order.body));
    case p32::OrderKind::activity_calendar:
      return of_steps(steps_of(std::get<p32::ActivityCalendarOrder>(order.body)));
    case p32::OrderKind::power_limit:
      return of_steps(steps_of(std::get<p32::PowerLimitOrder>(order.body)));
    case p32::OrderKind::key_change:
      return keys(std::get<p32::KeyChangeOrder>(order.body), serial);
    case p32::OrderKind::raw_dlms:
      return raw(std::get<p32::RawDlmsOrder>(order.body));
    case p32::OrderKind::firmware_campaign:
    case p32::OrderKind::clock_sync:  // depends on what the clock says
    case p32::OrderKind::concentrator_parameters:
    case p32::OrderKind::concentrator_command:
      break;
  }
  return {};
}

}  // namespace dcu::app
