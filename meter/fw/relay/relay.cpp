// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/relay/relay.hpp"

namespace meter::fw {
namespace {

// A bistable relay moves within some tens of milliseconds; two seconds is a stuck one.
constexpr std::int64_t kContactTimeout_us = 2'000'000;

constexpr std::uint8_t bit(std::uint8_t n) { return static_cast<std::uint8_t>(1u << n); }
template <typename... N>
constexpr std::uint8_t set_of(N... n) {
  return static_cast<std::uint8_t>((0u | ... | bit(static_cast<std::uint8_t>(n))));
}
constexpr std::uint8_t kEveryModeButNone = set_of(1, 2, 3, 4, 5, 6);

// Blue Book class 70: the state transitions a to h, and the control modes that have them. In mode 0
// the load is always connected. remote_reconnect "forces into connected" where it reconnects at
// all, so transition a also starts where the meter itself or the customer disconnected.
struct Transition {
  RelayCause cause;
  std::uint8_t from;   // a bit a state
  std::uint8_t to;     // state
  std::uint8_t modes;  // a bit a mode
  EventCode event;
};
constexpr Transition kTransitions[] = {
    {RelayCause::remote_reconnect, set_of(kDisconnected, kReadyForReconnection), kConnected,
     set_of(2, 4), EventCode::remote_reconnection},  // a
    {RelayCause::remote_disconnect, set_of(kConnected, kReadyForReconnection), kDisconnected,
     kEveryModeButNone, EventCode::remote_disconnection},  // b and c
    {RelayCause::remote_reconnect, set_of(kDisconnected), kReadyForReconnection, set_of(1, 3, 5, 6),
     EventCode::ready_for_reconnection},  // d
    {RelayCause::manual_reconnect, set_of(kReadyForReconnection), kConnected, kEveryModeButNone,
     EventCode::manual_connection},  // e
    {RelayCause::manual_disconnect, set_of(kConnected), kReadyForReconnection, set_of(1, 2, 5),
     EventCode::manual_disconnection},  // f
    {RelayCause::local_disconnect, set_of(kConnected), kReadyForReconnection, kEveryModeButNone,
     EventCode::local_disconnection},  // g
    {RelayCause::local_reconnect, set_of(kReadyForReconnection), kConnected, set_of(5, 6),
     EventCode::local_reconnection},  // h
};

}  // namespace

void Relay::boot(Core& core, Deadlines& deadlines) {
  const bool before = core.settings.output_state != 0;
  const bool closed = core.hal.relay_closed(before);
  if (closed != before) return on_contact(core, deadlines, closed);
  if (closed != (core.settings.control_state == kConnected)) drive(core, deadlines);
}

RelayOrder Relay::act(Core& core, Deadlines& deadlines, RelayCause cause) {
  RelayOrder verdict = RelayOrder::not_allowed;
  for (const Transition& transition : kTransitions) {
    const bool has = (transition.modes & bit(core.settings.relay_mode)) != 0;
    if (transition.cause != cause || !has) continue;
    if ((transition.from & bit(core.settings.control_state)) != 0) {
      Settings next = core.settings;
      next.control_state = transition.to;
      next.switched_off_locally = cause == RelayCause::local_disconnect ? 1 : 0;
      if (!core.store_settings(next)) return RelayOrder::flash_refused;
      core.note(transition.event);
      drive(core, deadlines);
      return RelayOrder::done;
    }
    verdict = RelayOrder::done;
  }
  return verdict;
}

void Relay::on_button(Core& core, Deadlines& deadlines) {
  const bool connected = core.settings.control_state == kConnected;
  static_cast<void>(act(core, deadlines,
                        connected ? RelayCause::manual_disconnect : RelayCause::manual_reconnect));
}

RelayOrder Relay::set_mode(Core& core, std::uint8_t mode) {
  if (mode >= kRelayModes) return RelayOrder::not_allowed;
  // Mode 0 knows one state only; a consumer must not stay cut off by a state nobody can leave.
  if (mode == 0 && core.settings.control_state != kConnected) return RelayOrder::not_allowed;
  Settings next = core.settings;
  next.relay_mode = mode;
  return core.store_settings(next) ? RelayOrder::done : RelayOrder::flash_refused;
}

// Also when the contact reports this place: an order before this one may still be moving it.
void Relay::drive(Core& core, Deadlines& deadlines) {
  moving_ = true;
  core.hal.relay_drive(core.settings.control_state == kConnected);
  deadlines.set(core.hal, Deadline::relay_check, core.hal.uptime_us() + kContactTimeout_us);
}

void Relay::on_contact(Core& core, Deadlines& deadlines, bool closed) {
  const bool ordered = core.settings.control_state == kConnected;
  const bool moved = closed != (core.settings.output_state != 0);
  if (moved) {
    core.settings.output_state = closed ? 1 : 0;
    const bool worn = ++core.settings.relay_operations == rated_operations(core.n_elements);
    // Nobody asked, so nobody is told when flash refuses; the next start looks at the contact.
    static_cast<void>(core.store_settings(core.settings));
    if (worn) core.note(EventCode::relay_worn);
  }
  if (closed == ordered) {
    faulty_ = false;
  } else if (moved && !moving_) {  // by itself: told at once, and sent back
    note_fault(core);
    drive(core, deadlines);
  }
}

void Relay::check(Core& core) {
  moving_ = false;
  if ((core.settings.control_state == kConnected) != (core.settings.output_state != 0)) {
    note_fault(core);
  }
}

void Relay::note_fault(Core& core) {
  if (!faulty_) core.note(EventCode::switch_failure);
  faulty_ = true;
}

}  // namespace meter::fw
