// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/behaviour.hpp"

namespace meter::fw {

using classes::DisconnectControl;

namespace {

AccessResult result_of(RelayOrder order) {
  switch (order) {
    case RelayOrder::done:
      return AccessResult::success;
    case RelayOrder::not_allowed:
      return AccessResult::other_reason;
    case RelayOrder::flash_refused:
      return AccessResult::hardware_fault;
  }
  return AccessResult::other_reason;
}

}  // namespace

AccessResult disconnector_does(Parts& parts, RelayCause cause) {
  return result_of(parts.relay.act(parts.core, parts.deadlines, cause));
}

template <>
void Behaviour<DisconnectControl>::get(const Context& context, const Object&, std::int8_t attribute,
                                       Answer& answer) {
  const Settings& settings = context.parts.core.settings;
  if (attribute == DisconnectControl::kOutputState) {
    axdr::put_boolean(settings.output_state != 0, answer.value);
  } else {
    const bool state = attribute == DisconnectControl::kControlState;
    axdr::put_enum(state ? settings.control_state : settings.relay_mode, answer.value);
  }
}

template <>
AccessResult Behaviour<DisconnectControl>::set(Context& context, const Object&, std::int8_t,
                                               Bytes value) {
  const std::uint8_t mode = axdr::Cursor(value).enumeration();
  return result_of(context.parts.relay.set_mode(context.parts.core, mode));
}

template <>
AccessResult Behaviour<DisconnectControl>::act(Context& context, const Object&, std::int8_t method,
                                               Bytes) {
  return disconnector_does(context.parts, method == DisconnectControl::kRemoteDisconnect
                                              ? RelayCause::remote_disconnect
                                              : RelayCause::remote_reconnect);
}

}  // namespace meter::fw
