// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "protocol/cosem/classes/activity_calendar.hpp"
#include "protocol/cosem/classes/association_ln.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/demand_register.hpp"
#include "protocol/cosem/classes/disconnect_control.hpp"
#include "protocol/cosem/classes/extended_register.hpp"
#include "protocol/cosem/classes/image_transfer.hpp"
#include "protocol/cosem/classes/limiter.hpp"
#include "protocol/cosem/classes/mac_address.hpp"
#include "protocol/cosem/classes/prime.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/cosem/classes/register_monitor.hpp"
#include "protocol/cosem/classes/sap_assignment.hpp"
#include "protocol/cosem/classes/script_table.hpp"
#include "protocol/cosem/classes/security_setup.hpp"
#include "protocol/cosem/classes/single_action_schedule.hpp"
#include "protocol/cosem/classes/special_days.hpp"

namespace meter::fw {

namespace classes = protocol::cosem::classes;
using protocol::cosem::AccessResult;
using protocol::cosem::ClassId;
using protocol::cosem::Obis;
using protocol::cosem::Tag;

// The interface classes that the meter serves: one line a class. What a class does stands in
// cosem/classes, in the file that bears its name, or its family's.
template <typename... Class>
struct ClassList {};
using Classes = ClassList<classes::Data,                  //
                          classes::Register,              //
                          classes::ExtendedRegister,      //
                          classes::DemandRegister,        //
                          classes::ProfileGeneric,        //
                          classes::Clock,                 //
                          classes::ScriptTable,           //
                          classes::SpecialDaysTable,      //
                          classes::AssociationLn,         //
                          classes::SapAssignment,         //
                          classes::ImageTransfer,         //
                          classes::ActivityCalendar,      //
                          classes::RegisterMonitor,       //
                          classes::SingleActionSchedule,  //
                          classes::SecuritySetup,         //
                          classes::DisconnectControl,     //
                          classes::Limiter,               //
                          classes::MacAddress,            //
                          classes::PrimeLlc,              //
                          classes::PrimePhyCounters,      //
                          classes::PrimeMacSetup,         //
                          classes::PrimeMacFunctional,    //
                          classes::PrimeMacCounters,      //
                          classes::PrimeNetwork,          //
                          classes::PrimeApplication>;

// Sets of attributes or methods: bit n - 1 is index n.
using IndexMask = std::uint16_t;
constexpr IndexMask bit_of(std::int8_t index) { return static_cast<IndexMask>(1u << (index - 1)); }

inline constexpr std::int8_t kLogicalName = 1;  // attribute of every class

// What the server must know of a class at run time, without its names.
struct ServedClass {
  ClassId id{};
  std::uint8_t version = 0;
  std::uint8_t attributes = 0;
  std::uint8_t methods = 0;
  IndexMask selective = 0;  // attributes with selective access by 1 and 2
};

template <typename Class>
constexpr ServedClass served_class() {
  ServedClass served{Class::kId, Class::kVersion, kLogicalName, 0, 0};
  bool counts_up = true;
  for (const auto& attribute : Class::kAttributes) {
    counts_up &= attribute.index == ++served.attributes;
    if (attribute.selectors > 0) served.selective |= bit_of(attribute.index);
  }
  for (const auto& method : Class::kMethods) counts_up &= method.index == ++served.methods;
  PROTOCOL_ASSERT(counts_up && served.attributes <= 16 && served.methods <= 16);
  return served;
}
template <typename... Class>
constexpr std::array<ServedClass, sizeof...(Class)> served_classes(ClassList<Class...>) {
  return {served_class<Class>()...};
}
inline constexpr auto kServed = served_classes(Classes{});

// Where a class stands in the list; kServed.size(): it is not served.
constexpr std::uint8_t place_of(ClassId id) {
  std::uint8_t place = 0;
  while (place < kServed.size() && kServed[place].id != id) ++place;
  return place;
}
template <typename Class>
inline constexpr std::uint8_t kPlace = place_of(Class::kId);

// The type of an attribute (from 2 on) and of a method's parameter, without their names.
template <typename Class>
constexpr Tag type_of(std::int8_t attribute) {
  constexpr auto kTypes = [] {
    std::array<Tag, std::size(Class::kAttributes)> types{};
    for (std::size_t k = 0; k < types.size(); ++k) types[k] = Class::kAttributes[k].type;
    return types;
  }();
  return kTypes[static_cast<std::size_t>(attribute - 2)];
}
template <typename Class>
constexpr Tag parameter_of(std::int8_t method) {
  constexpr auto kTypes = [] {
    std::array<Tag, std::size(Class::kMethods)> types{};
    for (std::size_t k = 0; k < types.size(); ++k) types[k] = Class::kMethods[k].parameter;
    return types;
  }();
  return kTypes[static_cast<std::size_t>(method - 1)];
}

// visit<Class>() for the class at `place`: direct calls, no table of pointers.
template <typename Visit, typename... Class>
AccessResult with_class(ClassList<Class...>, std::uint8_t place, Visit&& visit) {
  AccessResult result = AccessResult::object_undefined;
  static_cast<void>(
      ((kPlace<Class> == place && (result = visit.template operator()<Class>(), true)) || ...));
  return result;
}

}  // namespace meter::fw
