// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <type_traits>

#include "protocol/hosted/p32/names.hpp"

// Each structure says once how it stands in XML: shape(io, value) names its attributes, then its
// children, in the order of the XSD. The writer (xml_writer.hpp) walks a shape to write a value,
// the reader (xml_reader.hpp) walks the same shape to fill one, so they cannot differ.
//
//   required(name, v)         an attribute that is always there
//   optional(name, v)         std::optional: absent when empty
//   unless(name, v, usual)    absent when it has the usual value
//   unless_empty(name, v)     absent when empty (text, octets)
//   list(name, v)             values separated by blanks; a vector that is empty is absent
//   time(name, v)             UtcMs or std::optional<UtcMs>
//   element(name, v)          one child; maybe_element: std::optional; elements: any number
//   choose(variant, kind)     a reader puts an empty body of that kind into the variant
namespace protocol::p32 {

template <typename V, typename T>
concept Of = std::same_as<std::remove_const_t<V>, T>;

// <Meter id="..."/> of a list of meters.
struct MeterName {
  std::string id;
};

inline const char* element_of(OrderKind kind) {
  return kOrderElements[static_cast<std::size_t>(kind)];
}
inline const char* element_of(ReportKind kind) {
  return kReportElements[static_cast<std::size_t>(kind)];
}

}  // namespace protocol::p32
