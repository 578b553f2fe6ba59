// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/object_table.hpp"

#include "meter/fw/cosem/object_rows.hpp"
#include "meter/fw/cosem/profile_rows.hpp"

namespace meter::fw {
namespace {

constexpr auto kObjects = [] {
  std::array<Object, kRows.size()> objects{};
  for (std::size_t k = 0; k < kRows.size(); ++k) {
    const Row& row = kRows[k];
    objects[k] = {row.place,
                  row.obis,
                  row.which,
                  index_in(kValues, row.value),
                  index_in(kGrants, row.grants),
                  row.quantity,
                  row.elements,
                  row.power_line,
                  row.tables};
  }
  return objects;
}();

// No row grants more than its class allows.
template <typename Class>
constexpr bool within_class(const Grants& grants) {
  IndexMask attributes = 0;
  IndexMask methods = 0;
  for (const auto& attribute : Class::kAttributes) {
    if (attribute.strongest == protocol::cosem::Right::read_write) {
      attributes |= bit_of(attribute.index);
    }
  }
  for (const auto& method : Class::kMethods) methods |= bit_of(method.index);
  const bool listed = (grants.writers & ~grants.readers) == 0;
  return listed && (grants.writable & ~attributes) == 0 && (grants.callable & ~methods) == 0;
}
template <typename... Class>
constexpr bool rows_are_within(ClassList<Class...>) {
  return std::all_of(kRows.begin(), kRows.end(), [](const Row& row) {
    return ((row.place == kPlace<Class> && within_class<Class>(row.grants)) || ...);
  });
}
static_assert(rows_are_within(Classes{}));

}  // namespace

std::span<const Object> objects() { return kObjects; }

const Object* find_object(ClassId class_id, const Obis& name, const Fitting& fitting) {
  const std::uint8_t place = place_of(class_id);
  for (const Object& object : kObjects) {
    if (object.place == place && object.obis == name && fitted(object, fitting)) return &object;
  }
  return nullptr;
}

bool name_exists(const Obis& name, const Fitting& fitting) {
  return std::any_of(kObjects.begin(), kObjects.end(), [&](const Object& object) {
    return object.obis == name && fitted(object, fitting);
  });
}

bool describe_object(std::uint32_t index, const Fitting& fitting, meter_object_info& out) {
  for (const Object& object : kObjects) {
    if (!fitted(object, fitting) || index-- != 0) continue;
    out = {};
    out.class_id = static_cast<std::uint16_t>(object.served().id);
    out.version = object.served().version;
    std::copy(object.obis.octets.begin(), object.obis.octets.end(), out.obis);
    out.scaler = object.quantity.scaler;
    out.unit = object.quantity.unit;
    if (object.place != kPlace<classes::ProfileGeneric>) return true;
    const auto id = static_cast<LogId>(object.which);
    const Columns columns = is_profile(id) ? Columns(kDefaultColumns) : event_columns(id);
    for (const ColumnId column : columns) {
      const protocol::cosem::Attribute captured = captured_attribute(id, column, fitting.codes);
      auto& to = out.captured[out.n_captured++];
      to.class_id = static_cast<std::uint16_t>(captured.class_id);
      std::copy(captured.instance.octets.begin(), captured.instance.octets.end(), to.obis);
      to.attribute = captured.index;
    }
    return true;
  }
  return false;
}

Rights rights_of(const Object& object, ClientIndex client) {
  if (client >= kNoClient) return {};
  const Grants& grants = kGrants[object.grants];
  const auto are = [client](ClientMask clients) { return (clients >> client & 1u) != 0; };
  const auto attributes = static_cast<IndexMask>((1u << object.served().attributes) - 1);
  Rights rights;
  if (are(grants.visitors)) rights.readable = grants.open;
  if (are(grants.readers)) rights.readable = grants.readable & attributes;
  if (are(grants.writers)) rights.writable = grants.writable;
  if (are(grants.callers)) rights.callable = grants.callable;
  return rights;
}

}  // namespace meter::fw
