// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.5.8.
struct DisconnectControl {
  static constexpr ClassId kId{70};
  static constexpr std::uint8_t kVersion = 0;
  static constexpr const char* kName = "disconnect control";
  enum AttributeIndex : std::int8_t { kOutputState = 2, kControlState, kControlMode };
  enum MethodIndex : std::int8_t { kRemoteDisconnect = 1, kRemoteReconnect };
  static constexpr AttributeFacts kAttributes[] = {
      {kOutputState, "output_state", Tag::boolean, Right::read},
      {kControlState, "control_state", Tag::enum_, Right::read},
      {kControlMode, "control_mode", Tag::enum_, Right::read_write},
  };
  static constexpr MethodFacts kMethods[] = {
      {kRemoteDisconnect, "remote_disconnect", kChoice},
      {kRemoteReconnect, "remote_reconnect", kChoice},
  };
};

}  // namespace protocol::cosem::classes
