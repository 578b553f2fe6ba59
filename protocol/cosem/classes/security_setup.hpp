// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.4.7.
struct SecuritySetup {
  static constexpr ClassId kId{64};
  static constexpr std::uint8_t kVersion = 0;
  static constexpr const char* kName = "security setup";
  enum AttributeIndex : std::int8_t {
    kSecurityPolicy = 2,
    kSecuritySuite,
    kClientSystemTitle,
    kServerSystemTitle
  };
  enum MethodIndex : std::int8_t { kSecurityActivate = 1, kGlobalKeyTransfer };
  static constexpr AttributeFacts kAttributes[] = {
      {kSecurityPolicy, "security_policy", Tag::enum_, Right::read},
      {kSecuritySuite, "security_suite", Tag::enum_, Right::read},
      {kClientSystemTitle, "client_system_title", Tag::octet_string, Right::read_write},
      {kServerSystemTitle, "server_system_title", Tag::octet_string, Right::read_write},
  };
  static constexpr MethodFacts kMethods[] = {
      {kSecurityActivate, "security_activate", Tag::enum_},
      {kGlobalKeyTransfer, "global_key_transfer", Tag::array},
  };
};

}  // namespace protocol::cosem::classes
