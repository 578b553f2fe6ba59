// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/p32/xml_reader.hpp"

#include <libxml/tree.h>

#include <cstring>

#include "protocol/hosted/p32/document.hpp"
#include "protocol/hosted/p32/shape_order.hpp"

namespace protocol::p32 {
namespace {

constexpr std::size_t kShownMax = 40;  // octets of a value that a message repeats

const char* text_of(const xmlChar* text) { return reinterpret_cast<const char*>(text); }

bool is_named(const xmlNode* node, const char* name) {
  return node->type == XML_ELEMENT_NODE && std::strcmp(text_of(node->name), name) == 0;
}

}  // namespace

std::string allowed_text(Names names) {
  std::string text;
  for (std::size_t k = 0; k < names.size(); ++k) {
    if (k > 0) text += k + 1 == names.size() ? " or " : ", ";
    text += names[k];
  }
  return text;
}

bool Faults::wants(const _xmlNode* node) const {
  if (kept_.size() >= max_) return false;
  return keep_ == Keep::all || !parts_.contains(part_around(node));
}

void Faults::add(Fault fault) {
  ++seen_;
  if (!wants(fault.node)) return;
  const _xmlNode* const part = part_around(fault.node);
  if (part != nullptr) parts_.insert(part);
  kept_.push_back(std::move(fault));
}

const xmlNode* XmlReader::sibling(const xmlNode* node, const char* name) {
  for (node = node->next; node != nullptr && !is_named(node, name);) node = node->next;
  return node;
}

const xmlNode* XmlReader::child(const char* name) const {
  const xmlNode* const first = node_->children;
  return first == nullptr || is_named(first, name) ? first : sibling(first, name);
}

std::size_t XmlReader::count(const char* name) const {
  std::size_t n = 0;
  for (const xmlNode* at = child(name); at != nullptr; at = sibling(at, name)) ++n;
  return n;
}

std::optional<std::string_view> XmlReader::attribute(const char* name) {
  for (const xmlAttr* at = node_->properties; at != nullptr; at = at->next) {
    if (std::strcmp(text_of(at->name), name) != 0) continue;
    const xmlNode* const value = at->children;
    if (value == nullptr) return std::string_view();
    if (value->next == nullptr && value->type == XML_TEXT_NODE) return text_of(value->content);
    xmlChar* const joined = xmlNodeListGetString(node_->doc, value, 1);
    scratch_ = joined != nullptr ? text_of(joined) : "";
    xmlFree(joined);
    return scratch_;
  }
  return std::nullopt;
}

bool XmlReader::take_hex_octet(std::string_view text, std::uint8_t& value) {
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return text.size() == 2 && end.ec == std::errc() && end.ptr == text.data() + 2;
}

void XmlReader::fault(std::string_view attribute, std::string_view what, std::string_view allowed) {
  faults_.add({node_, std::string(attribute), std::string(what), std::string(allowed)});
}

void XmlReader::fault_value(std::string_view attribute, std::string_view value,
                            std::string_view allowed) {
  std::string what = "\"";
  what += value.substr(0, value.size() > kShownMax ? kShownMax / 2 : kShownMax);
  what += value.size() > kShownMax ? "...\" is no such value" : "\" is no such value";
  fault(attribute, what, allowed);
}

void XmlReader::base64_text(Octets& octets) {
  xmlChar* const text = xmlNodeGetContent(node_);
  const std::string_view value = text != nullptr ? text_of(text) : "";
  if (!take_base64(value, octets)) fault_value({}, value, "base64");
  xmlFree(text);
}

void XmlReader::canonical_element(const char* name, Order& order, std::string& canonical) {
  const xmlNode* const found = child(name);
  if (found == nullptr) return fault({}, "has no such child", name);
  XmlReader reader(found, faults_);
  reader.fill(order);
  canonical = exclusive_c14n(found);
}

}  // namespace protocol::p32
