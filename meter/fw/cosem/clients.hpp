// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/store/durable.hpp"
#include "protocol/dlms/server.hpp"

namespace meter::fw {

// The clients that may associate. The order gives the bits of the client masks and the index of the
// replay counters in DurableState.
enum ClientIndex : std::uint8_t { kPublic, kManagement, kReading, kPush, kConcentrator, kNoClient };
// The concentrator in the transformer station; comes over the power line only.
inline constexpr protocol::dlms::Sap kConcentratorClient = 3;
inline constexpr std::array<protocol::dlms::ClientRole, kNoClient> kClientRoles{{
    {protocol::dlms::kPublicClient, protocol::dlms::Authentication::none, false, false},
    {protocol::dlms::kManagementClient, protocol::dlms::Authentication::hls5_gmac, true, false},
    {protocol::dlms::kReadingClient, protocol::dlms::Authentication::lls, false, false},
    {protocol::dlms::kPushClient, protocol::dlms::Authentication::none, false, true},
    {kConcentratorClient, protocol::dlms::Authentication::hls5_gmac, true, false},
}};
static_assert(kClients == kClientRoles.size());

constexpr ClientIndex client_of(protocol::dlms::Sap sap) {
  for (std::uint8_t k = 0; k < kClientRoles.size(); ++k) {
    if (kClientRoles[k].sap == sap) return static_cast<ClientIndex>(k);
  }
  return kNoClient;
}

// Whose keys: the head-end's (also of its pushes), or the concentrator's. Security setups
// 0.0.43.0.0 and 0.0.43.0.1.
enum KeySet : std::uint8_t { kHeadEndKeys, kConcentratorKeys, kKeySets };
constexpr KeySet key_set_of(ClientIndex client) {
  return client == kConcentrator ? kConcentratorKeys : kHeadEndKeys;
}

// Sets of clients.
using ClientMask = std::uint8_t;
inline constexpr ClientMask kOnlyManagement = 1u << kManagement;
inline constexpr ClientMask kOnlyConcentrator = 1u << kConcentrator;
// The concentrator stands in for the management client on the spot, with keys of its own; what is
// the head-end's alone it does not even see.
inline constexpr ClientMask kManagers = kOnlyManagement | kOnlyConcentrator;
inline constexpr ClientMask kMetering = kManagers | 1u << kReading;
inline constexpr ClientMask kAll = kMetering | 1u << kPublic;
static_assert(kNoClient <= 8 * sizeof(ClientMask));

}  // namespace meter::fw
