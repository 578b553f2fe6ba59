// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "meter/fw/events/journal.hpp"
#include "meter/hal/meter_hal.h"
#include "protocol/cosem/class.hpp"
#include "protocol/dlms/server.hpp"

namespace meter::fw {

namespace classes = protocol::cosem::classes;
using protocol::cosem::ClassId;
using protocol::cosem::Obis;

// The clients that may associate. The order gives the bits of the access masks and the index of the
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
ClientIndex client_of(protocol::dlms::Sap sap);

// Whose keys: the head-end's (also of its pushes), or the concentrator's. Security setups
// 0.0.43.0.0 and 0.0.43.0.1.
enum KeySet : std::uint8_t { kHeadEndKeys, kConcentratorKeys, kKeySets };
constexpr KeySet key_set_of(ClientIndex client) {
  return client == kConcentrator ? kConcentratorKeys : kHeadEndKeys;
}

// PRIME interface classes: Blue Book, 4.12. They are of no use to anybody but a meter.
inline constexpr ClassId kMacAddressClass{43};
inline constexpr ClassId kPrimeLlcClass{80};
inline constexpr ClassId kPrimePhyCountersClass{81};
inline constexpr ClassId kPrimeMacSetupClass{82};
inline constexpr ClassId kPrimeMacFunctionalClass{83};
inline constexpr ClassId kPrimeMacCountersClass{84};
inline constexpr ClassId kPrimeNetworkClass{85};
inline constexpr ClassId kPrimeApplicationClass{86};

// Where an object's value comes from.
enum class Item : std::uint8_t {
  logical_device_name,
  serial,
  firmware_id,
  profile_status,      // which: LogId
  invocation_counter,  // which: ClientIndex
  error_register,
  operating_status,
  event_code,  // which: LogId
  energy,      // which: index in kQuantityTable
  power,       // which: 0 +P, 1 -P, 2 +Q, 3 -Q
  voltage,     // which: element
  current,
  frequency,
  profile,  // which: LogId
  clock,
  association,  // which: ClientIndex, kNoClient: the current one
  security,     // which: KeySet
  disconnect,
  power_line,  // by class
};

// One COSEM object. A constant: no pointers, so the table stays read-only in a shared object.
struct Object {
  ClassId class_id;
  Obis obis;
  Item item;
  std::uint8_t which;
  std::uint8_t readers;  // mask of clients that may read its value
  std::int8_t scaler;
  std::uint8_t unit;      // DLMS unit, 255: none
  std::uint8_t elements;  // meters with at least so many elements have it
  bool power_line;        // only meters with a power line modem have it
};

// What a meter is made of, as far as its objects depend on it.
struct Fitting {
  std::uint8_t n_elements = 1;
  bool power_line = false;
};
constexpr bool fitted(const Object& object, const Fitting& fitting) {
  return object.elements <= fitting.n_elements && (fitting.power_line || !object.power_line);
}

std::span<const Object> objects();
const Object* find_object(ClassId class_id, const Obis& obis, const Fitting& fitting);
// Is there an object of this name, whatever its class?
bool name_exists(const Obis& obis, const Fitting& fitting);

// Interface class facts: version, number of attributes and methods (Blue Book).
struct ClassFacts {
  std::uint8_t version;
  std::uint8_t attributes;
  std::uint8_t methods;
};
ClassFacts facts_of(ClassId class_id);

// Access of one client to an attribute or method, Blue Book access_mode enumeration.
enum Access : std::uint8_t { kNoAccess = 0, kReadOnly = 1, kWriteOnly = 2, kReadAndWrite = 3 };
Access attribute_access(const Object& object, ClientIndex client, std::int8_t attribute);
bool method_access(const Object& object, ClientIndex client, std::int8_t method);
// Does the client's object list hold it?
bool visible(const Object& object, ClientIndex client);

// The object whose attribute kColumnAttribute a column of this log shows.
struct CaptureObject {
  ClassId class_id;
  Obis obis;
};
inline constexpr std::int8_t kColumnAttribute = 2;
CaptureObject capture_object(LogId id, const Column& column);

// The index-th object as the platform's type template wants it; false past the end.
bool describe_object(std::uint32_t index, const Fitting& fitting, meter_object_info& out);

}  // namespace meter::fw
