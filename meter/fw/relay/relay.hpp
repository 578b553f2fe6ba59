// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/core/core.hpp"
#include "meter/fw/core/deadlines.hpp"

namespace meter::fw {

// Class 70 control states.
inline constexpr std::uint8_t kDisconnected = 0;
inline constexpr std::uint8_t kConnected = 1;
inline constexpr std::uint8_t kReadyForReconnection = 2;
inline constexpr std::uint8_t kRelayModes = 5;  // 0..4

// What came of an order.
enum class RelayOrder : std::uint8_t {
  done,
  not_allowed,    // by the control mode, or in this state
  flash_refused,  // nothing moved: after a power cut the meter would not know of it
};

// Disconnect control, Blue Book class 70: remote orders by control mode. The relay is bistable and
// keeps its place without supply.
class Relay {
 public:
  // After a reset: an order whose contact did not answer before is given again.
  void boot(Core& core, Deadlines& deadlines);
  RelayOrder remote_disconnect(Core& core, Deadlines& deadlines);
  RelayOrder remote_reconnect(Core& core, Deadlines& deadlines);
  // Transition g: by the meter itself, which only a customer at the button or an order undoes.
  RelayOrder local_disconnect(Core& core, Deadlines& deadlines);
  // Transition e: the customer at the button, once it is permitted.
  RelayOrder manual_reconnect(Core& core, Deadlines& deadlines);
  RelayOrder set_mode(Core& core, std::uint8_t mode);
  void on_contact(Core& core, bool closed);
  // The contact should have moved by now.
  void check(Core& core);

 private:
  RelayOrder order(Core& core, Deadlines& deadlines, std::uint8_t control_state, EventCode code);
  void drive(Core& core, Deadlines& deadlines);
};

}  // namespace meter::fw
