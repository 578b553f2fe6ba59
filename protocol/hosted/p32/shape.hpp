// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <type_traits>

#include "protocol/hosted/p32/types.hpp"

// Each structure says once how it stands in XML: shape(io, value) names its attributes, then its
// children, in the order in which they are written. Everything else walks the shape, so nothing can
// differ: the writer (xml_writer.hpp) writes a value, the reader (xml_reader.hpp) fills one, the
// schema p32ex.xsd is made of it (by its test), and so are the head-end's tables
// (hes-stub/store/report_tables.cpp).
//
//   required(name, v)         an attribute that is always there
//   optional(name, v)         std::optional: absent when empty
//   unless(name, v, usual)    absent when it has the usual value
//   unless_empty(name, v)     absent when empty (text, octets)
//   list(name, v)             values separated by blanks; a vector that is empty is absent
//   time(name, v)             UtcMs or std::optional<UtcMs>
//   element(name, v)          one child; maybe_element: std::optional; elements: any number
//   chosen(variant, kind)     the child that is the body of that kind, named by it
//
// Attributes may be followed by what their C++ type does not say (As), elements by how many there
// may be (Occurs).
namespace protocol::p32 {

template <typename V, typename T>
concept Of = std::same_as<std::remove_const_t<V>, T>;

struct As {
  const char* type = nullptr;    // of the XSD; nullptr: by the C++ type
  const char* unit = nullptr;    // behind the column's name
  const char* column = nullptr;  // where it is not the attribute's name
};
constexpr As in(const char* unit) { return {nullptr, unit, nullptr}; }
constexpr As column(const char* name) { return {nullptr, nullptr, name}; }
inline constexpr As kId{"Id", nullptr, nullptr};
inline constexpr As kMeter{"Id", nullptr, "meter"};  // its serial
inline constexpr As kTarget{"Id", nullptr, "target"};
inline constexpr As kText{"Text", nullptr, nullptr};
inline constexpr As kEui48{"Eui48", nullptr, nullptr};
inline constexpr As kCalendarName{"CalendarName", nullptr, nullptr};
inline constexpr As kSeq{"Seq", nullptr, nullptr};
inline constexpr As kCount{"Count", nullptr, nullptr};
inline constexpr As kItemsMax{"ItemsMax", nullptr, nullptr};
inline constexpr As kControlMode{"ControlMode", nullptr, nullptr};
inline constexpr As kDeviation{"Deviation", "min", "deviation_min"};
inline constexpr As kWrappedKey{"WrappedKey", nullptr, nullptr};
inline constexpr As kSha256{"Sha256", nullptr, nullptr};

struct Occurs {
  unsigned least = 0;
  unsigned most = 0;  // 0: any number
};

// <Meter id="..."/> of a list of meters.
struct MeterName {
  std::string id;
};
template <typename Io, Of<MeterName> V>
void shape(Io& io, V& v) {
  io.required("id", v.id, kId);
}

// A report that is a line a meter and nothing else.
template <typename Meter, ReportKind kind>
struct MetersReport {
  static constexpr ReportKind kKinds[] = {kind};
  std::vector<Meter> meters;
  bool operator==(const MetersReport&) const = default;
};
// The shape of every report that has meters: its kind says what else there is to know.
template <typename V>
concept ReportOfMeters = requires(V& v) {
  V::kKinds;
  v.meters;
};
template <typename Io, ReportOfMeters V>
void shape(Io& io, V& v) {
  io.elements("Meter", v.meters);
}

template <typename Io, Of<MeterTime> V>
void shape(Io& io, V& v) {
  // Written first, as people read it; read last, because it takes the deviation to understand.
  if constexpr (!Io::kReads) io.local("at", v);
  io.required("dev", v.deviation_min, kDeviation);
  io.hex_octet("clk", v.status, column("clock_status"));
  if constexpr (Io::kReads) io.local("at", v);
}

inline constexpr ElementNames kReportElements{kReportNames};
inline constexpr ElementNames kOrderElements{kOrderNames};
inline const char* element_of(OrderKind kind) {
  return kOrderElements[static_cast<std::size_t>(kind)];
}
inline const char* element_of(ReportKind kind) {
  return kReportElements[static_cast<std::size_t>(kind)];
}

}  // namespace protocol::p32
