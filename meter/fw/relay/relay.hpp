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
inline constexpr std::uint8_t kRelayModes = 7;  // 0..6

// Who wants it to move: a client, the customer at the button, the meter itself.
enum class RelayCause : std::uint8_t {
  remote_disconnect,
  remote_reconnect,
  manual_disconnect,
  manual_reconnect,
  local_disconnect,
  local_reconnect,
};

// What came of an order.
enum class RelayOrder : std::uint8_t {
  done,
  not_allowed,    // by the control mode
  flash_refused,  // nothing moved: after a power cut the meter would not know of it
};

// Operations that the relay of a variant is made for (data sheets).
constexpr std::uint32_t rated_operations(std::uint8_t n_elements) {
  return n_elements == 1 ? 10'000 : 100'000;
}

// Disconnect control, Blue Book class 70. The relay is bistable and keeps its place without supply;
// its contact is watched all the time, and at the start for what happened meanwhile.
class Relay {
 public:
  // After a reset: an order whose contact did not answer before is given again.
  void boot(Core& core, Deadlines& deadlines);
  // A transition that starts from another state: done, and nothing happens.
  RelayOrder act(Core& core, Deadlines& deadlines, RelayCause cause);
  // The customer's one button does either.
  void on_button(Core& core, Deadlines& deadlines);
  RelayOrder set_mode(Core& core, std::uint8_t mode);
  void on_contact(Core& core, Deadlines& deadlines, bool closed);
  // The contact should have moved by now.
  void check(Core& core);

 private:
  void drive(Core& core, Deadlines& deadlines);
  void note_fault(Core& core);

  bool moving_ = false;  // an order is under way
  bool faulty_ = false;  // told once, until the contact is where it should be
};

}  // namespace meter::fw
