// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/relay/relay.hpp"

namespace meter::fw {
namespace {

// A bistable relay moves within some tens of milliseconds; two seconds is a stuck one.
constexpr std::int64_t kContactTimeout_us = 2'000'000;

// Blue Book, class 70, control_mode. Mode 0: always connected. In modes 2 and 4 a remote order
// reconnects (transition a), in 1 and 3 it only permits the customer to do it at the button (d).
bool remote_control(std::uint8_t mode) { return mode != 0; }
bool reconnects_at_once(std::uint8_t mode) { return mode == 2 || mode == 4; }

}  // namespace

void Relay::boot(Core& core, Deadlines& deadlines) {
  const bool close = core.settings.control_state == kConnected;
  if (close != (core.settings.output_state != 0)) drive(core, deadlines);
}

RelayOrder Relay::remote_disconnect(Core& core, Deadlines& deadlines) {
  if (!remote_control(core.settings.relay_mode)) return RelayOrder::not_allowed;
  if (core.settings.control_state == kDisconnected) return RelayOrder::done;  // b and c
  return order(core, deadlines, kDisconnected, EventCode::remote_disconnection);
}

RelayOrder Relay::remote_reconnect(Core& core, Deadlines& deadlines) {
  if (!remote_control(core.settings.relay_mode)) return RelayOrder::not_allowed;
  if (core.settings.control_state == kConnected) return RelayOrder::done;
  if (reconnects_at_once(core.settings.relay_mode)) {
    return order(core, deadlines, kConnected, EventCode::remote_reconnection);
  }
  if (core.settings.control_state != kDisconnected) return RelayOrder::done;
  return order(core, deadlines, kReadyForReconnection, EventCode::remote_reconnection);
}

RelayOrder Relay::local_disconnect(Core& core, Deadlines& deadlines) {
  if (core.settings.relay_mode == 0) return RelayOrder::not_allowed;
  if (core.settings.control_state != kConnected) return RelayOrder::done;
  return order(core, deadlines, kReadyForReconnection, EventCode::local_disconnection);
}

RelayOrder Relay::manual_reconnect(Core& core, Deadlines& deadlines) {
  if (core.settings.control_state != kReadyForReconnection) return RelayOrder::not_allowed;
  return order(core, deadlines, kConnected, EventCode::manual_connection);
}

RelayOrder Relay::set_mode(Core& core, std::uint8_t mode) {
  if (mode >= kRelayModes) return RelayOrder::not_allowed;
  // Mode 0 knows one state only; a consumer must not stay cut off by a state nobody can leave.
  if (mode == 0 && core.settings.control_state != kConnected) return RelayOrder::not_allowed;
  Settings next = core.settings;
  next.relay_mode = mode;
  return core.store_settings(next) ? RelayOrder::done : RelayOrder::flash_refused;
}

RelayOrder Relay::order(Core& core, Deadlines& deadlines, std::uint8_t control_state,
                        EventCode code) {
  Settings next = core.settings;
  next.control_state = control_state;
  if (!core.store_settings(next)) return RelayOrder::flash_refused;
  core.note(code);
  drive(core, deadlines);
  return RelayOrder::done;
}

// Also when the contact reports this place: an order before this one may still be moving it.
void Relay::drive(Core& core, Deadlines& deadlines) {
  core.hal.relay_drive(core.settings.control_state == kConnected);
  deadlines.set(core.hal, Deadline::relay_check, core.hal.uptime_us() + kContactTimeout_us);
}

void Relay::on_contact(Core& core, bool closed) {
  if (closed == (core.settings.output_state != 0)) return;
  core.settings.output_state = closed ? 1 : 0;
  // Nobody asked, so nobody is told when flash refuses; the next boot drives the relay again.
  static_cast<void>(core.store_settings(core.settings));
}

void Relay::check(Core& core) {
  const bool close = core.settings.control_state == kConnected;
  if (close != (core.settings.output_state != 0)) core.note(EventCode::switch_failure);
}

}  // namespace meter::fw
