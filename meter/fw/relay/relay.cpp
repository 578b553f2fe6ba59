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
  if (close != (core.settings.output_state != 0)) {
    drive(core, deadlines, core.settings.control_state);
  }
}

bool Relay::remote_disconnect(Core& core, Deadlines& deadlines) {
  if (!remote_control(core.settings.relay_mode)) return false;
  if (core.settings.control_state == kDisconnected) return true;  // transitions b and c
  core.note(EventCode::remote_disconnection);
  drive(core, deadlines, kDisconnected);
  return true;
}

bool Relay::remote_reconnect(Core& core, Deadlines& deadlines) {
  if (!remote_control(core.settings.relay_mode)) return false;
  if (core.settings.control_state == kConnected) return true;
  if (reconnects_at_once(core.settings.relay_mode)) {
    core.note(EventCode::remote_reconnection);
    drive(core, deadlines, kConnected);
  } else if (core.settings.control_state == kDisconnected) {
    core.note(EventCode::remote_reconnection);
    drive(core, deadlines, kReadyForReconnection);
  }
  return true;
}

bool Relay::set_mode(Core& core, std::uint8_t mode) {
  if (mode >= kRelayModes) return false;
  // Mode 0 knows one state only; a consumer must not stay cut off by a state nobody can leave.
  if (mode == 0 && core.settings.control_state != kConnected) return false;
  core.settings.relay_mode = mode;
  core.store_settings();
  return true;
}

void Relay::drive(Core& core, Deadlines& deadlines, std::uint8_t control_state) {
  core.settings.control_state = control_state;
  core.store_settings();
  // Also when the contact reports this place: an order before this one may still be moving it.
  core.hal.relay_drive(control_state == kConnected);
  deadlines.set(core.hal, Deadline::relay_check, core.hal.uptime_us() + kContactTimeout_us);
}

void Relay::on_contact(Core& core, bool closed) {
  if (closed == (core.settings.output_state != 0)) return;
  core.settings.output_state = closed ? 1 : 0;
  core.store_settings();
}

void Relay::check(Core& core) {
  const bool close = core.settings.control_state == kConnected;
  if (close != (core.settings.output_state != 0)) core.note(EventCode::switch_failure);
}

}  // namespace meter::fw
