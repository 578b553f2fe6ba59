// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "protocol/hosted/p32/message.hpp"
#include "protocol/hosted/p32/shape.hpp"
#include "protocol/hosted/p32/text.hpp"

struct _xmlNode;

namespace protocol::p32 {

// A value that passed the schema and yet is none, or a rule between values.
struct Fault {
  const _xmlNode* node = nullptr;
  std::string attribute;  // empty: the element itself
  std::string what;
  std::string allowed;
};
// Some of them may follow from the first. Kept are all, or the first of each part of the message
// (part_around() in document.hpp) and those that are in none; at most so many.
class Faults {
 public:
  enum class Keep { all, first_of_part };
  explicit Faults(std::size_t max = 100, Keep keep = Keep::all) : max_(max), keep_(keep) {}
  void add(Fault fault);
  // Would one more at this element be kept?
  bool wants(const _xmlNode* node) const;
  bool empty() const { return seen_ == 0; }
  std::size_t seen() const { return seen_; }  // kept or not
  const std::vector<Fault>& kept() const { return kept_; }

 private:
  std::size_t max_;
  Keep keep_;
  std::size_t seen_ = 0;
  std::vector<Fault> kept_;
  std::set<const _xmlNode*> parts_;
};

// What a type's values look like, for people.
std::string allowed_text(Names names);
template <typename T>
std::string allowed_values(const T& value) {
  if constexpr (Named<T>) {
    return allowed_text(names_of_type(value));
  } else if constexpr (std::same_as<T, bool>) {
    return "true or false";
  } else if constexpr (Number<T>) {
    return "a whole number of " + std::to_string(std::numeric_limits<T>::min()) + " to " +
           std::to_string(std::numeric_limits<T>::max());
  } else if constexpr (std::same_as<T, Priority>) {
    return "1, 2 or 3";
  } else if constexpr (std::same_as<T, Octets>) {
    return "pairs of hexadecimal digits";
  } else if constexpr (std::same_as<T, cosem::Obis>) {
    return "A.B.C.D.E.F, each 0 to 255";
  } else if constexpr (std::same_as<T, DatePattern>) {
    return "YYYY-MM-DD, * for any, easter+N, julian-easter-N, summer-begin, summer-end";
  } else {
    return "text";
  }
}

class XmlReader;
// Rules between the values of one structure, which the XSD cannot say (rules.cpp); most have none.
template <typename T>
void check(XmlReader&, const T&) {}
void check(XmlReader& at, const Envelope& envelope);
void check(XmlReader& at, const Message& message);
void check(XmlReader& at, const Selection& selection);
void check(XmlReader& at, const Request& request);
void check(XmlReader& at, const Query& query);
void check(XmlReader& at, const ProfileMeter& meter);
void check(XmlReader& at, const StatisticsReport& report);
void check(XmlReader& at, const ConcentratorParameters& parameters);
void check(XmlReader& at, const Order& order);
void check(XmlReader& at, const Signature& signature);
void check(XmlReader& at, const MeterParametersOrder& order);
void check(XmlReader& at, const ActivityCalendarOrder& order);
void check(XmlReader& at, const ClockSyncOrder& order);
void check(XmlReader& at, const ConcentratorCommandOrder& order);
void check(XmlReader& at, const DlmsOperation& operation);
void check(XmlReader& at, const FirmwareImage& image);

// Fills a value from an element of a document that passed the schema.
class XmlReader {
 public:
  static constexpr bool kReads = true;

  XmlReader(const _xmlNode* node, Faults& faults) : node_(node), faults_(faults) {}

  template <typename T>
  void fill(T& value) {
    const std::size_t before = faults_.seen();
    shape(*this, value);
    if (faults_.seen() == before) check(*this, value);
  }

  template <typename T>
  void required(const char* name, T& value, const As& = {}) {
    const std::optional<std::string_view> text = attribute(name);
    if (!text) {
      fault(name, "is missing", allowed_values(value));
    } else if (!take(*text, value)) {
      fault_value(name, *text, allowed_values(value));
    }
  }
  void constant(const char*, const char*) {}  // the schema looked
  template <typename T>
  void optional(const char* name, std::optional<T>& value, const As& = {}) {
    if (attribute(name)) required(name, value.emplace());
  }
  template <typename T>
  void unless(const char* name, T& value, const T&, const As& = {}) {
    if (attribute(name)) required(name, value);
  }
  template <typename T>
  void unless_empty(const char* name, T& value, const As& = {}) {
    if (attribute(name)) required(name, value);
  }
  template <typename List>
  void list(const char* name, List& values) {
    const std::optional<std::string_view> text = attribute(name);
    if (text && !take_list(*text, values)) {
      fault_value(name, *text, allowed_values(typename List::value_type{}) + ", blanks between");
    }
  }
  void time(const char* name, UtcMs& at, const As& = {}) {
    take_by(take_utc, name, at, "YYYY-MM-DDThh:mm:ss.sssZ, from 1970 on");
  }
  void time(const char* name, std::optional<UtcMs>& at, const As& = {}) {
    if (attribute(name)) time(name, at.emplace());
  }
  void time_of_day(const char* name, std::uint32_t& s) {
    take_by(take_time_of_day, name, s, "00:00:00 to 23:59:59");
  }
  void local(const char* name, MeterTime& at) {
    take_by(take_local, name, at,
            "YYYY-MM-DDThh:mm:ss or with .hh, a date that exists, from 1970 on");
  }
  void hex_octet(const char* name, std::uint8_t& value, const As& = {}) {
    take_by(take_hex_octet, name, value, "two hexadecimal digits");
  }
  void failure(std::optional<Failure>& value) {
    const bool category = attribute("errCat").has_value();
    if (category != attribute("errCode").has_value()) {
      fault(category ? "errCode" : "errCat", "is missing", "errCat and errCode together");
    }
    if (!category) return;
    required("errCat", value.emplace().category);
    unless("errCode", value->code, std::uint16_t{0});
  }

  template <typename T>
  void element(const char* name, T& value) {
    const _xmlNode* const found = child(name);
    if (found == nullptr) return fault({}, "has no such child", name);
    XmlReader reader(found, faults_);
    reader.fill(value);
  }
  template <typename T>
  void maybe_element(const char* name, std::optional<T>& value) {
    if (child(name) != nullptr) element(name, value.emplace());
  }
  template <typename T>
  void elements(const char* name, std::vector<T>& values, const Occurs& = {}) {
    values.reserve(count(name));
    for (const _xmlNode* at = child(name); at != nullptr; at = sibling(at, name)) {
      XmlReader reader(at, faults_);
      reader.fill(values.emplace_back());
    }
  }
  void meters(std::vector<std::string>& ids) {
    for (const _xmlNode* at = child("Meter"); at != nullptr; at = sibling(at, "Meter")) {
      XmlReader(at, faults_).required("id", ids.emplace_back());
    }
  }
  template <typename Variant>
  void alternative(Variant& body, Names names) {
    for (std::size_t k = 0; k < names.size(); ++k) {
      if (child(names[k]) == nullptr) continue;
      emplace(body, k);
      std::visit([&](auto& value) { element(names[k], value); }, body);
      return;
    }
    fault({}, "has none of its children", allowed_text(names));
  }
  template <typename Variant, typename Kind>
  void chosen(Variant& body, Kind kind) {
    if constexpr (std::same_as<Kind, ReportKind>) {
      body = body_of(kind);
    } else {
      emplace(body, static_cast<std::size_t>(kind));
    }
    std::visit([&](auto& value) { element(element_of(kind), value); }, body);
  }
  void canonical_element(const char* name, Order& order, std::string& canonical);
  void base64_text(Octets& octets);

  // Also for the rules between values (codec.cpp).
  void fault(std::string_view attribute, std::string_view what, std::string_view allowed);

 private:
  static const _xmlNode* sibling(const _xmlNode* node, const char* name);
  const _xmlNode* child(const char* name) const;
  std::size_t count(const char* name) const;
  // Its octets live in the document, or in scratch_ until the next call.
  std::optional<std::string_view> attribute(const char* name);
  static bool take_hex_octet(std::string_view text, std::uint8_t& value);
  template <typename T>
  void take_by(bool (*take_value)(std::string_view, T&), const char* name, T& value,
               std::string_view allowed) {
    const std::string_view text = attribute(name).value_or("");
    if (!take_value(text, value)) fault_value(name, text, allowed);
  }
  void fault_value(std::string_view attribute, std::string_view value, std::string_view allowed);

  template <typename Variant, std::size_t k = 0>
  static void emplace(Variant& body, std::size_t index) {
    if constexpr (k < std::variant_size_v<Variant>) {
      if (index == k) {
        body.template emplace<k>();
      } else {
        emplace<Variant, k + 1>(body, index);
      }
    }
  }

  const _xmlNode* node_;
  Faults& faults_;
  std::string scratch_;
};

// Adds what breaks the XSD in an element, in the order of the document.
void schema_faults(const _xmlNode* element, Faults& faults);

}  // namespace protocol::p32
