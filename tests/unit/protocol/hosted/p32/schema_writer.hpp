// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/hosted/p32/report.hpp"
#include "protocol/hosted/p32/shape_order.hpp"

namespace protocol::p32 {

// The XSD's type of a C++ type.
constexpr const char* xsd_type(bool) { return "xs:boolean"; }
constexpr const char* xsd_type(std::int8_t) { return "xs:byte"; }
constexpr const char* xsd_type(std::uint8_t) { return "xs:unsignedByte"; }
constexpr const char* xsd_type(std::int16_t) { return "xs:short"; }
constexpr const char* xsd_type(std::uint16_t) { return "xs:unsignedShort"; }
constexpr const char* xsd_type(std::int32_t) { return "xs:int"; }
constexpr const char* xsd_type(std::uint32_t) { return "xs:unsignedInt"; }
constexpr const char* xsd_type(std::int64_t) { return "xs:long"; }
constexpr const char* xsd_type(std::uint64_t) { return "xs:unsignedLong"; }
constexpr const char* xsd_type(Priority) { return "Priority"; }
constexpr const char* xsd_type(const cosem::Obis&) { return "Obis"; }
constexpr const char* xsd_type(const DatePattern&) { return "DatePattern"; }
inline const char* xsd_type(const Octets&) { return "Octets"; }
inline const char* xsd_type(const std::string&) { return "Name"; }

// Text of the XSD, one line each, indented as it stands.
using SchemaLines = std::vector<std::string>;

// The types that have a name: children of which one is chosen. Two of the same content are one.
class SchemaTypes {
 public:
  // The name for such a child; `within` tells it from one of another place with the same name.
  std::string name_for(const std::string& element, const std::string& within, SchemaLines body);
  const std::vector<std::pair<std::string, SchemaLines>>& all() const { return types_; }

 private:
  std::vector<std::pair<std::string, SchemaLines>> types_;
};

// Makes the XSD of one element from the shape of its structure.
class SchemaWriter {
 public:
  static constexpr bool kReads = false;

  SchemaWriter(std::string name, SchemaTypes& types) : name_(std::move(name)), types_(types) {}

  // What stands in its complexType.
  SchemaLines body() const;

  template <typename T>
  void required(const char* name, const T& value, const As& as = {}) {
    attribute(name, value, as, true);
  }
  template <typename T>
  void optional(const char* name, const std::optional<T>&, const As& as = {}) {
    attribute(name, T{}, as, false);
  }
  template <typename T>
  void unless(const char* name, const T& value, const T&, const As& as = {}) {
    attribute(name, value, as, false);
  }
  template <typename T>
  void unless_empty(const char* name, const T& value, const As& as = {}) {
    attribute(name, value, as, false);
  }
  void constant(const char* name, const char* value) { enumeration(name, {&value, 1}, true); }
  template <typename List>
  void list(const char* name, const List& values) {
    constexpr std::size_t kListMost = 256;
    constexpr bool kFixed = requires { std::tuple_size<List>::value; };
    const char* const type = xsd_type(typename List::value_type{});
    list_attribute(name, type, kFixed ? values.size() : 1, kFixed ? values.size() : kListMost,
                   kFixed);
  }
  void time(const char* name, UtcMs, const As& = {}) { put_attribute(name, "Utc", nullptr, true); }
  void time(const char* name, const std::optional<UtcMs>&, const As& = {}) {
    put_attribute(name, "Utc", nullptr, false);
  }
  void time_of_day(const char* name, std::uint32_t) {
    put_attribute(name, "TimeOfDay", nullptr, true);
  }
  void local(const char* name, const MeterTime&) { put_attribute(name, "Local", nullptr, true); }
  void hex_octet(const char* name, std::uint8_t, const As& = {}) {
    put_attribute(name, "HexOctet", nullptr, true);
  }
  void failure(const std::optional<Failure>&) {
    attributes_.push_back("<xs:attributeGroup ref=\"Failure\"/>");
  }

  template <typename T>
  void element(const char* name, const T& value) {
    put(name, body_of(name, value), {1, 1});
  }
  template <typename T>
  void maybe_element(const char* name, const std::optional<T>&) {
    put(name, body_of(name, T{}), {0, 1});
  }
  template <typename T>
  void elements(const char* name, const std::vector<T>&, const Occurs& occurs = {}) {
    put(name, body_of(name, T{}), occurs);
  }
  void meters(const std::vector<std::string>&) { elements("Meter", std::vector<MeterName>()); }
  template <typename Variant>
  void alternative(const Variant&, Names names) {
    choice<Variant>([&](std::size_t k) { return names[k]; });
  }
  void chosen(const OrderBody&, OrderKind) {
    choice<OrderBody>([](std::size_t k) { return kOrderElements[k]; });
  }
  void chosen(const ReportBody&, ReportKind) {
    Choice choices;
    for (std::size_t k = 0; k < kReportKinds; ++k) {
      const ReportBody body = p32::body_of(static_cast<ReportKind>(k));
      std::visit(
          [&](const auto& one) {
            choices.emplace_back(kReportElements[k], body_of(kReportElements[k], one));
          },
          body);
    }
    put(choices);
  }
  void canonical_element(const char* name, const Order& order, const std::string&) {
    element(name, order);
  }
  void base64_text(const Octets&) { base64_ = true; }

 private:
  using Choice = std::vector<std::pair<std::string, SchemaLines>>;

  template <typename T>
  void attribute(const char* name, const T& value, const As& as, bool is_required) {
    if constexpr (Named<T>) {
      enumeration(name, names_of_type(value), is_required);
    } else {
      put_attribute(name, as.type != nullptr ? as.type : xsd_type(value), as.unit, is_required);
    }
  }
  template <typename T>
  SchemaLines body_of(const char* name, const T& value) {
    SchemaWriter writer(name, types_);
    shape(writer, value);
    return writer.body();
  }
  template <typename Variant, typename Name>
  void choice(Name&& name_at) {
    Choice choices;
    [&]<std::size_t... k>(std::index_sequence<k...>) {
      (choices.emplace_back(name_at(k),
                            body_of(name_at(k), std::variant_alternative_t<k, Variant>{})),
       ...);
    }
    (std::make_index_sequence<std::variant_size_v<Variant>>());
    put(choices);
  }
  void put_attribute(const char* name, const char* type, const char* unit, bool is_required);
  void enumeration(const char* name, Names words, bool is_required);
  void list_attribute(const char* name, const char* type, std::size_t least, std::size_t most,
                      bool is_required);
  void put(const char* name, const SchemaLines& body, const Occurs& occurs);
  void put(const Choice& choices);

  std::string name_;
  SchemaTypes& types_;
  SchemaLines children_;
  SchemaLines attributes_;
  bool base64_ = false;
};

// The XSD made from the shapes, which p32ex.xsd has to be.
std::string schema_of_shapes();

}  // namespace protocol::p32
