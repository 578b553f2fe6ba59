// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/classes/association_ln.hpp"
#include "tests/rigs/meter/test_client.hpp"

// A-XDR values of the tests, taken apart by the protocol's cursor, not by the firmware's own code.
namespace rigs {

using OptionalValue = std::optional<std::vector<std::uint8_t>>;

struct WireRow {
  protocol::cosem::DateTime time;
  std::uint8_t status = 0;  // or event code
  std::vector<std::uint32_t> values;
};

inline WireRow take_row(protocol::axdr::Cursor& in) {
  WireRow row;
  const std::uint32_t columns = in.structure();
  const auto time = protocol::cosem::decode_date_time(in.date_time());
  if (time.ok()) row.time = *time;
  row.status = static_cast<std::uint8_t>(in.unsigned_number());
  for (std::uint32_t k = 2; k < columns && in.ok(); ++k) {
    row.values.push_back(static_cast<std::uint32_t>(in.unsigned_number()));
  }
  return row;
}

// Nothing when the value is not exactly an array of rows.
inline std::optional<std::vector<WireRow>> rows_of(const OptionalValue& value) {
  if (!value) return std::nullopt;
  protocol::axdr::Cursor in(*value);
  std::vector<WireRow> rows(in.array());
  for (WireRow& row : rows) row = take_row(in);
  if (!in.at_end()) return std::nullopt;
  return rows;
}

inline std::string text_of(const OptionalValue& value) {
  if (!value) return "refused";
  protocol::axdr::Cursor in(*value);
  const protocol::Bytes octets = in.octet_string();
  return in.at_end() ? std::string(octets.begin(), octets.end()) : "not an octet-string";
}

inline std::uint64_t number_of(const OptionalValue& value) {
  if (!value) return UINT64_MAX;
  protocol::axdr::Cursor in(*value);
  const std::uint64_t number = in.unsigned_number();
  return in.at_end() ? number : UINT64_MAX;
}

inline std::uint64_t unsigned_in(DlmsClient& client, const protocol::cosem::Attribute& attribute) {
  return number_of(client.get(attribute));
}

// An entry of an association's object list.
struct Listed {
  protocol::cosem::Attribute name;
  std::vector<std::uint8_t> rights;   // by attribute, from 1
  std::vector<std::uint8_t> methods;  // by method, from 1
};
// Empty when the list is not exactly one.
inline std::vector<Listed> object_list(DlmsClient& client) {
  const OptionalValue value = client.get(
      {protocol::cosem::classes::AssociationLn::kId, protocol::cosem::obis(0, 0, 40, 0, 0), 2});
  if (!value) return {};
  protocol::axdr::Cursor in(*value);
  std::vector<Listed> list(in.array());
  for (Listed& object : list) {
    const auto listed = protocol::cosem::classes::take_listed_object(in);
    if (!in.ok()) return {};
    object.name = {listed.class_id, listed.name, 0};
    in.structure(2);
    object.rights.resize(in.array());
    for (std::size_t k = 0; k < object.rights.size(); ++k) {
      in.structure(3);
      if (in.number() != static_cast<std::int64_t>(k) + 1) return {};
      object.rights[k] = in.enumeration();
      in.skip_value();
    }
    object.methods.resize(in.array());
    for (std::uint8_t& method : object.methods) {
      in.structure(2);
      in.skip_value();
      method = in.enumeration();
    }
  }
  return in.at_end() ? list : std::vector<Listed>{};
}

// What `write(Writer&)` writes.
template <typename Write>
std::vector<std::uint8_t> encoded(Write&& write) {
  std::vector<std::uint8_t> octets(512);
  protocol::Writer out{octets};
  write(out);
  octets.resize(out.size());
  return octets;
}

}  // namespace rigs
