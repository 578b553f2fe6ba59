// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/behaviour.hpp"

namespace meter::fw {

using classes::DisconnectControl;

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
  return context.parts.relay.set_mode(context.parts.core, mode) ? AccessResult::success
                                                                : AccessResult::other_reason;
}

template <>
AccessResult Behaviour<DisconnectControl>::act(Context& context, const Object&, std::int8_t method,
                                               Bytes) {
  Parts& parts = context.parts;
  const bool done = method == DisconnectControl::kRemoteDisconnect
                        ? parts.relay.remote_disconnect(parts.core, parts.deadlines)
                        : parts.relay.remote_reconnect(parts.core, parts.deadlines);
  return done ? AccessResult::success : AccessResult::other_reason;
}

}  // namespace meter::fw
