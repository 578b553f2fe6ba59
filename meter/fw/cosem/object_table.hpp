// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "meter/fw/core/core.hpp"
#include "meter/fw/cosem/class_list.hpp"
#include "meter/fw/cosem/clients.hpp"

namespace meter::fw {

// One COSEM object as it stands in read-only memory: numbers only, no pointers, so that the table
// needs no relocation in a shared object. Made from the rows in object_rows.hpp.
struct Object {
  std::uint8_t place;  // of its class in kServed
  Obis obis;
  std::uint8_t which;   // for its class and source: the log, the client, the element ...
  std::uint8_t value;   // of data and registers, in kValues
  std::uint8_t grants;  // in kGrants
  classes::ScalerUnit quantity;
  std::uint8_t elements;  // meters with at least so many elements have it
  bool power_line;        // only meters with a power line modem have it
  CodeTables tables;      // only meters with one of these have it

  constexpr const ServedClass& served() const { return kServed[place]; }
};

// What a meter is made of, as far as its objects depend on it.
struct Fitting {
  std::uint8_t n_elements = 1;
  bool power_line = false;
  CodeTable codes = CodeTable::idis;
};
constexpr bool fitted(const Object& object, const Fitting& fitting) {
  return object.elements <= fitting.n_elements && (fitting.power_line || !object.power_line) &&
         (object.tables & bit_of(fitting.codes)) != 0;
}

// In the order in which association object lists show them.
std::span<const Object> objects();
const Object* find_object(ClassId class_id, const Obis& obis, const Fitting& fitting);
// Is there an object of this name, whatever its class?
bool name_exists(const Obis& obis, const Fitting& fitting);

// The index-th object as the platform's type template wants it; false past the end.
bool describe_object(std::uint32_t index, const Fitting& fitting, meter_object_info& out);

// What an association may do with an object; nothing at all when the object is not its business.
struct Rights {
  IndexMask readable = 0;  // attributes
  IndexMask writable = 0;
  IndexMask callable = 0;  // methods
};
// As the object's row has it: an association's rights begin with these.
Rights rights_of(const Object& object, ClientIndex client);

constexpr bool includes(IndexMask mask, std::int8_t index) {
  return index >= 1 && index <= 16 && (mask & bit_of(index)) != 0;
}

}  // namespace meter::fw
