// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What a row of the object table is made of.
#pragma once

#include <initializer_list>
#include <limits>

#include "meter/fw/cosem/object_table.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"

namespace meter::fw {

namespace axdr = protocol::axdr;
using protocol::Writer;

// Writes the value of data or of a register; `which` is the object's.
using Source = void (*)(const Core& core, std::uint8_t which, Writer& out);
// Takes a new one, of the type it was registered with.
using Sink = AccessResult (*)(Core& core, Bytes value);

// Who may do what with an object: what its row seeds an association's rights with.
struct Grants {
  ClientMask readers = 0;   // of `readable`
  ClientMask visitors = 0;  // read `open` only
  ClientMask writers = 0;   // of `writable`
  ClientMask callers = 0;   // of `callable`
  IndexMask readable = 0xFFFF;
  IndexMask open = 0;
  IndexMask writable = 0;
  IndexMask callable = 0;
  friend constexpr bool operator==(const Grants&, const Grants&) = default;
};

// The value of data or of a register.
struct ValueAccess {
  Source source = nullptr;
  Sink sink = nullptr;
  axdr::Tag type = protocol::cosem::kChoice;  // of what the sink takes
  friend constexpr bool operator==(const ValueAccess&, const ValueAccess&) = default;
};

using Indices = std::initializer_list<std::int8_t>;
constexpr IndexMask mask_of(Indices indices) {
  IndexMask mask = 0;
  for (const std::int8_t index : indices) mask |= bit_of(index);
  return mask;
}

struct Row {
  std::uint8_t place = 0;
  Obis obis;
  std::uint8_t which = 0;
  Grants grants{};
  ValueAccess value{};
  classes::ScalerUnit quantity{};
  std::uint8_t elements = 1;
  bool power_line = false;
  CodeTables tables = kEveryTable;

  // All clients of the masks must also read, as the object would not be listed for them.
  constexpr Row writable(ClientMask clients, Indices attributes) const {
    Row row = *this;
    row.grants.writers = clients;
    row.grants.writable = mask_of(attributes);
    return row;
  }
  constexpr Row callable(ClientMask clients, Indices methods) const {
    Row row = *this;
    row.grants.callers = clients;
    row.grants.callable = clients == 0 ? IndexMask{0} : mask_of(methods);
    return row;
  }
  constexpr Row hidden(std::int8_t attribute) const {
    Row row = *this;
    row.grants.readable &= static_cast<IndexMask>(~bit_of(attribute));
    return row;
  }
  constexpr Row visible_to(ClientMask clients, Indices attributes) const {
    Row row = *this;
    row.grants.visitors = clients;
    row.grants.open = clients == 0 ? IndexMask{0} : mask_of(attributes);
    return row;
  }
  constexpr Row settable(ClientMask clients, axdr::Tag type, Sink sink) const {
    Row row = writable(clients, {classes::Data::kValue});
    row.value.sink = sink;
    row.value.type = type;
    return row;
  }
};

template <typename Class>
constexpr Row row(const Obis& name, ClientMask readers, std::uint8_t which = 0) {
  Row row;
  row.place = kPlace<Class>;
  row.obis = name;
  row.which = which;
  row.grants.readers = readers;
  return row;
}
constexpr Row data(const Obis& name, ClientMask readers, Source source, std::uint8_t which = 0) {
  Row data = row<classes::Data>(name, readers, which);
  data.value.source = source;
  return data;
}
constexpr Row reg(const Obis& name, classes::ScalerUnit quantity, Source source,
                  std::uint8_t which = 0, std::uint8_t elements = 1) {
  Row reg = row<classes::Register>(name, kMetering, which);
  reg.value.source = source;
  reg.quantity = quantity;
  reg.elements = elements;
  return reg;
}

constexpr Row only_in(CodeTables tables, Row row) {
  row.tables = tables;
  return row;
}
constexpr std::uint8_t number_of(LogId id) { return static_cast<std::uint8_t>(id); }

template <typename Facts, std::size_t n, typename Make>
constexpr std::array<Row, n> rows_of(const Facts (&table)[n], Make make) {
  std::array<Row, n> rows{};
  for (std::size_t k = 0; k < n; ++k) rows[k] = make(table[k]);
  return rows;
}
template <std::size_t n>
constexpr std::array<Row, n> on_power_line(std::array<Row, n> rows) {
  for (Row& row : rows) row.power_line = true;
  return rows;
}
template <std::size_t... n>
constexpr auto joined(const std::array<Row, n>&... parts) {
  std::array<Row, (n + ...)> all{};
  auto at = all.begin();
  ((at = std::copy(parts.begin(), parts.end(), at)), ...);
  return all;
}

// The different values that a member has over the rows, in order of appearance.
template <const auto& rows, auto member>
constexpr auto distinct() {
  constexpr auto is_first = [](std::size_t k) {
    std::size_t first = 0;
    while (!(rows[first].*member == rows[k].*member)) ++first;
    return first == k;
  };
  constexpr std::size_t n = [is_first] {
    std::size_t count = 0;
    for (std::size_t k = 0; k < rows.size(); ++k) count += is_first(k) ? 1 : 0;
    return count;
  }();
  std::array<std::remove_cvref_t<decltype(rows[0].*member)>, n> values{};
  std::size_t at = 0;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    if (is_first(k)) values[at++] = rows[k].*member;
  }
  return values;
}
template <typename Value, std::size_t n>
constexpr std::uint8_t index_in(const std::array<Value, n>& values, const Value& value) {
  std::uint8_t k = 0;
  while (!(values[k] == value)) ++k;
  return k;
}

template <std::size_t n>
void put_text(const char (&text)[n], Writer& out) {
  std::size_t octets = 0;
  while (octets < n && text[octets] != 0) ++octets;
  axdr::put_octet_string({reinterpret_cast<const std::uint8_t*>(text), octets}, out);
}
}  // namespace meter::fw
