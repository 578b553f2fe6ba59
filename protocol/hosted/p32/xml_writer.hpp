// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "protocol/hosted/p32/shape.hpp"
#include "protocol/hosted/p32/text.hpp"

namespace protocol::p32 {

// Appends text as an attribute's value, escaped as canonical XML does; what XML cannot hold becomes
// '?'.
void put_escaped(std::string_view text, std::string& out);

// Canonical XML of an order, in sign.hpp's sense.
std::string canonical_order(const Order& order);

// Writes one element. Own code instead of libxml2's xmlwriter: it appends to one string without a
// call through five layers for every attribute, and the same value gives the same octets whatever
// version of the library is installed. A new element begins on a new line, so that two messages can
// be compared by eye and by diff; nothing else is white space.
class XmlWriter {
 public:
  static constexpr bool kReads = false;

  enum class Layout : bool { lines, one_line };

  XmlWriter(const char* name, std::string& out, Layout layout = Layout::lines)
      : name_(name), out_(out), layout_(layout) {
    new_line();
    out_ += '<';
    out_ += name_;
  }
  ~XmlWriter() {
    if (!has_children_) {
      out_ += "/>";
      return;
    }
    if (!has_text_) new_line();
    out_ += "</";
    out_ += name_;
    out_ += '>';
  }
  XmlWriter(const XmlWriter&) = delete;
  XmlWriter& operator=(const XmlWriter&) = delete;

  template <typename T>
  void required(const char* name, const T& value, const As& = {}) {
    attribute(name, [&] { put(value, out_); });
  }
  void required(const char* name, const std::string& value, const As& = {}) {
    attribute(name, [&] { put_escaped(value, out_); });
  }
  void constant(const char* name, const char* value) { required(name, std::string(value)); }
  template <typename T>
  void optional(const char* name, const std::optional<T>& value, const As& = {}) {
    if (value) required(name, *value);
  }
  template <typename T>
  void unless(const char* name, const T& value, const T& usual, const As& = {}) {
    if (value != usual) required(name, value);
  }
  template <typename T>
  void unless_empty(const char* name, const T& value, const As& = {}) {
    if (!value.empty()) required(name, value);
  }
  template <typename List>
  void list(const char* name, const List& values) {
    if (!values.empty()) attribute(name, [&] { put_list(values, out_); });
  }
  void time(const char* name, UtcMs at, const As& = {}) {
    attribute(name, [&] { put_utc(at, out_); });
  }
  void time(const char* name, const std::optional<UtcMs>& at, const As& = {}) {
    if (at) time(name, *at);
  }
  void time_of_day(const char* name, std::uint32_t s) {
    attribute(name, [&] { put_time_of_day(s, out_); });
  }
  void local(const char* name, const MeterTime& at) {
    attribute(name, [&] { put_local(at, out_); });
  }
  void hex_octet(const char* name, std::uint8_t value, const As& = {}) {
    attribute(name, [&] { put_hex({&value, 1}, out_); });
  }
  void failure(const std::optional<Failure>& value) {
    if (!value) return;
    required("errCat", value->category);
    required("errCode", value->code);
  }

  template <typename T>
  void element(const char* name, const T& value) {
    children();
    XmlWriter child(name, out_, layout_);
    shape(child, value);
  }
  template <typename T>
  void maybe_element(const char* name, const std::optional<T>& value) {
    if (value) element(name, *value);
  }
  template <typename T>
  void elements(const char* name, const std::vector<T>& values, const Occurs& = {}) {
    for (const T& value : values) element(name, value);
  }
  void meters(const std::vector<std::string>& ids) {
    for (const std::string& id : ids) element("Meter", MeterName{id});
  }
  template <typename Variant>
  void alternative(const Variant& body, Names names) {
    std::visit([&](const auto& value) { element(names[body.index()], value); }, body);
  }
  template <typename Variant, typename Kind>
  void chosen(const Variant& body, Kind kind) {
    std::visit([&](const auto& value) { element(element_of(kind), value); }, body);
  }
  // What is signed stands exactly as it was signed.
  void canonical_element(const char*, const Order& order, const std::string& canonical) {
    children();
    new_line();
    out_ += canonical.empty() ? canonical_order(order) : canonical;
  }
  void base64_text(const Octets& octets) {
    children();
    has_text_ = true;
    put_base64(octets, out_);
  }

 private:
  void new_line() {
    if (layout_ == Layout::lines && !out_.empty()) out_ += '\n';
  }
  template <typename Put>
  void attribute(const char* name, Put&& put_value) {
    out_ += ' ';
    out_ += name;
    out_ += "=\"";
    put_value();
    out_ += '"';
  }
  void children() {
    if (!has_children_) out_ += '>';
    has_children_ = true;
  }

  const char* name_;
  std::string& out_;
  Layout layout_;
  bool has_children_ = false;
  bool has_text_ = false;
};

}  // namespace protocol::p32
