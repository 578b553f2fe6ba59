// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/objects.hpp"

#include <algorithm>

#include "meter/fw/store/durable.hpp"

namespace meter::fw {
namespace {

using protocol::cosem::kQuantityTable;
using protocol::cosem::obis;

constexpr std::uint8_t kOnlyManagement = 1u << kManagement;
constexpr std::uint8_t kBothKeySets = kOnlyManagement | 1u << kConcentrator;
constexpr std::uint8_t kMetering = kBothKeySets | 1u << kReading;
constexpr std::uint8_t kAll = kMetering | 1u << kPublic;
constexpr std::uint8_t kAllButConcentrator = 1u << kPublic | 1u << kManagement | 1u << kReading;

// DLMS units, Blue Book table of physical units.
constexpr std::uint8_t kWatt = 27;
constexpr std::uint8_t kVar = 29;
constexpr std::uint8_t kAmpere = 33;
constexpr std::uint8_t kVolt = 35;
constexpr std::uint8_t kHertz = 44;
constexpr std::uint8_t kNoUnit = 255;

constexpr Obis kClockName = obis(0, 0, 1, 0, 0);
constexpr Obis kLoadStatusName = obis(0, 0, 96, 10, 7);
constexpr Obis kClosingStatusName = obis(0, 0, 96, 10, 8);
constexpr Obis kEventCodeName = obis(0, 0, 96, 11, 0);
constexpr Obis kRelayCodeName = obis(0, 0, 96, 11, 2);

constexpr std::uint8_t which(LogId id) { return static_cast<std::uint8_t>(id); }

constexpr Object data(Obis name, Item item, std::uint8_t index, std::uint8_t readers) {
  return {classes::Data::kId, name, item, index, readers, 0, kNoUnit, 1, false};
}
constexpr Object reg(Obis name, Item item, std::uint8_t index, std::int8_t scaler,
                     std::uint8_t unit, std::uint8_t elements = 1) {
  return {classes::Register::kId, name, item, index, kMetering, scaler, unit, elements, false};
}
constexpr Object other(ClassId class_id, Obis name, Item item, std::uint8_t index,
                       std::uint8_t readers) {
  return {class_id, name, item, index, readers, 0, kNoUnit, 1, false};
}
// What only a meter with a power line modem has.
constexpr Object plc(Object object) {
  object.power_line = true;
  return object;
}
constexpr Object mirror(ClassId class_id, std::uint8_t d) {
  return plc(other(class_id, obis(0, 0, 28, d, 0), Item::power_line, 0, kMetering));
}

constexpr auto kFirstObjects = std::to_array<Object>({
    data(obis(0, 0, 42, 0, 0), Item::logical_device_name, 0, kAll),
    data(obis(0, 0, 96, 1, 0), Item::serial, 0, kAll),
    data(obis(1, 0, 0, 2, 0), Item::firmware_id, 0, kAll),
    data(kLoadStatusName, Item::profile_status, which(LogId::load), kMetering),
    data(kClosingStatusName, Item::profile_status, which(LogId::closing), kMetering),
    data(obis(0, 0, 43, 1, 0), Item::invocation_counter, kManagement, kAll),
    data(obis(0, 0, 97, 97, 0), Item::error_register, 0, kMetering),
    data(obis(0, 0, 96, 5, 0), Item::operating_status, 0, kMetering),
    data(kEventCodeName, Item::event_code, which(LogId::standard_events), kMetering),
    data(kRelayCodeName, Item::event_code, which(LogId::relay_events), kMetering),
});
constexpr auto kEnergies = [] {
  std::array<Object, kQuantities> energies{};
  for (std::uint8_t k = 0; k < kQuantities; ++k) {
    const auto& quantity = kQuantityTable[k];
    energies[k] = reg(quantity.obis, Item::energy, k, quantity.scaler, quantity.unit);
  }
  return energies;
}();
constexpr auto kFurtherObjects = std::to_array<Object>({
    reg(obis(1, 0, 1, 7, 0), Item::power, 0, 0, kWatt),
    reg(obis(1, 0, 2, 7, 0), Item::power, 1, 0, kWatt),
    reg(obis(1, 0, 3, 7, 0), Item::power, 2, 0, kVar),
    reg(obis(1, 0, 4, 7, 0), Item::power, 3, 0, kVar),
    reg(obis(1, 0, 32, 7, 0), Item::voltage, 0, -1, kVolt),
    reg(obis(1, 0, 52, 7, 0), Item::voltage, 1, -1, kVolt, 3),
    reg(obis(1, 0, 72, 7, 0), Item::voltage, 2, -1, kVolt, 3),
    reg(obis(1, 0, 31, 7, 0), Item::current, 0, -3, kAmpere),
    reg(obis(1, 0, 51, 7, 0), Item::current, 1, -3, kAmpere, 3),
    reg(obis(1, 0, 71, 7, 0), Item::current, 2, -3, kAmpere, 3),
    reg(obis(1, 0, 14, 7, 0), Item::frequency, 0, -2, kHertz),
    other(classes::ProfileGeneric::kId, obis(1, 0, 99, 1, 0), Item::profile, which(LogId::load),
          kMetering),
    other(classes::ProfileGeneric::kId, obis(1, 0, 99, 2, 0), Item::profile, which(LogId::closing),
          kMetering),
    other(classes::ProfileGeneric::kId, obis(0, 0, 99, 98, 0), Item::profile,
          which(LogId::standard_events), kMetering),
    other(classes::ProfileGeneric::kId, obis(0, 0, 99, 98, 2), Item::profile,
          which(LogId::relay_events), kMetering),
    other(classes::Clock::kId, kClockName, Item::clock, 0, kAll),
    other(classes::AssociationLn::kId, obis(0, 0, 40, 0, 0), Item::association, kNoClient, kAll),
    other(classes::AssociationLn::kId, obis(0, 0, 40, 0, 1), Item::association, kPublic, kAll),
    other(classes::AssociationLn::kId, obis(0, 0, 40, 0, 2), Item::association, kReading, kMetering),
    other(classes::AssociationLn::kId, obis(0, 0, 40, 0, 3), Item::association, kManagement,
          kOnlyManagement),
    other(classes::SecuritySetup::kId, obis(0, 0, 43, 0, 0), Item::security, kHeadEndKeys,
          kAllButConcentrator),
    other(classes::DisconnectControl::kId, obis(0, 0, 96, 3, 10), Item::disconnect, 0, kMetering),
    plc(data(obis(0, 0, 43, 1, 1), Item::invocation_counter, kConcentrator, kAll)),
    plc(other(classes::AssociationLn::kId, obis(0, 0, 40, 0, 4), Item::association, kConcentrator,
              kBothKeySets)),
    plc(other(classes::SecuritySetup::kId, obis(0, 0, 43, 0, 1), Item::security, kConcentratorKeys,
              kBothKeySets)),
    mirror(kPrimeLlcClass, 0),
    mirror(kPrimePhyCountersClass, 1),
    mirror(kPrimeMacSetupClass, 2),
    mirror(kPrimeMacFunctionalClass, 3),
    mirror(kPrimeMacCountersClass, 4),
    mirror(kPrimeNetworkClass, 5),
    mirror(kMacAddressClass, 6),
    mirror(kPrimeApplicationClass, 7),
});

// In the order in which association object lists show them.
constexpr auto kObjects = [] {
  std::array<Object, kFirstObjects.size() + kQuantities + kFurtherObjects.size()> all{};
  auto at = std::copy(kFirstObjects.begin(), kFirstObjects.end(), all.begin());
  at = std::copy(kEnergies.begin(), kEnergies.end(), at);
  std::copy(kFurtherObjects.begin(), kFurtherObjects.end(), at);
  return all;
}();

}  // namespace

std::span<const Object> objects() { return kObjects; }

ClientIndex client_of(protocol::dlms::Sap sap) {
  for (std::uint8_t k = 0; k < kClientRoles.size(); ++k) {
    if (kClientRoles[k].sap == sap) return static_cast<ClientIndex>(k);
  }
  return kNoClient;
}

const Object* find_object(ClassId class_id, const Obis& name, const Fitting& fitting) {
  for (const Object& object : kObjects) {
    if (object.class_id == class_id && object.obis == name && fitted(object, fitting)) {
      return &object;
    }
  }
  return nullptr;
}

bool name_exists(const Obis& name, const Fitting& fitting) {
  return std::any_of(std::begin(kObjects), std::end(kObjects), [&](const Object& object) {
    return object.obis == name && fitted(object, fitting);
  });
}

CaptureObject capture_object(LogId id, const Column& column) {
  switch (column.source) {
    case ColumnSource::clock:
      return {classes::Clock::kId, kClockName};
    case ColumnSource::status:
      return {classes::Data::kId, id == LogId::load ? kLoadStatusName : kClosingStatusName};
    case ColumnSource::event_code:
      return {classes::Data::kId, id == LogId::relay_events ? kRelayCodeName : kEventCodeName};
    case ColumnSource::energy:
      return {classes::Register::kId, kQuantityTable[column.which].obis};
  }
  return {};
}

bool describe_object(std::uint32_t index, const Fitting& fitting, meter_object_info& out) {
  for (const Object& object : kObjects) {
    if (!fitted(object, fitting) || index-- != 0) continue;
    out = {};
    out.class_id = static_cast<std::uint16_t>(object.class_id);
    out.version = facts_of(object.class_id).version;
    std::copy(object.obis.octets.begin(), object.obis.octets.end(), out.obis);
    out.scaler = object.scaler;
    out.unit = object.unit;
    if (object.item != Item::profile) return true;
    const auto id = static_cast<LogId>(object.which);
    for (const Column& column : columns_of(id)) {
      const CaptureObject captured = capture_object(id, column);
      auto& to = out.captured[out.n_captured++];
      to.class_id = static_cast<std::uint16_t>(captured.class_id);
      std::copy(captured.obis.octets.begin(), captured.obis.octets.end(), to.obis);
      to.attribute = kColumnAttribute;
    }
    return true;
  }
  return false;
}

}  // namespace meter::fw
