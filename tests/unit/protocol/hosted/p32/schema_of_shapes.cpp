// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The XSD: simple types by their own table, everything else from the shapes.
#include "protocol/hosted/p32/codec.hpp"
#include "protocol/hosted/p32/message.hpp"
#include "tests/unit/protocol/hosted/p32/schema_writer.hpp"

namespace protocol::p32 {
namespace {

struct SimpleType {
  const char* name;
  const char* base;
  const char* facets;  // "name=value" each, "; " between
  const char* about = nullptr;
};
constexpr SimpleType kSimpleTypes[] = {
    {"Id", "xs:string", "pattern=[A-Za-z0-9._:\\-]{1,64}"},
    {"Text", "xs:string", "maxLength=1000"},
    {"Name", "xs:string", "minLength=1; maxLength=128"},
    {"Utc", "xs:string",
     "pattern=[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z"},
    {"Local", "xs:string",
     "pattern=[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{2})?",
     "A meter's local time; hundredths if it gives any."},
    {"Deviation", "xs:short", "minInclusive=-840; maxInclusive=840",
     "Minutes; deviation + local time = UTC, as in the Blue Book (CET: -60)."},
    {"TimeOfDay", "xs:string", "pattern=[0-9]{2}:[0-9]{2}:[0-9]{2}"},
    {"DatePattern", "xs:string",
     "pattern=(\\*|[0-9]{4})-(\\*|[0-9]{2})-(\\*|[0-9]{2})|(julian-)?easter([+\\-][0-9]{1,3})?|"
     "summer-begin|summer-end"},
    {"HexOctet", "xs:string", "pattern=[0-9A-F]{2}"},
    {"Octets", "xs:hexBinary", "minLength=1; maxLength=65535"},
    {"WrappedKey", "xs:hexBinary", "length=24"},
    {"Sha256", "xs:hexBinary", "length=32"},
    {"Eui48", "xs:string", "pattern=[0-9A-F]{12}"},
    {"Obis", "xs:string", "pattern=[0-9]{1,3}(\\.[0-9]{1,3}){5}"},
    {"Seq", "xs:unsignedLong", "minInclusive=1; maxInclusive=72057594037927935"},
    {"Count", "xs:unsignedInt", "minInclusive=1"},
    {"ItemsMax", "xs:unsignedInt", "minInclusive=1; maxInclusive=64"},
    {"Priority", "xs:unsignedByte", "minInclusive=1; maxInclusive=3"},
    {"ControlMode", "xs:unsignedByte", "maxInclusive=6", "Of class 70."},
    {"CalendarName", "xs:string", "pattern=[!-~]{1,8}"},
};

constexpr char kHead[] = R"(<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-FileCopyrightText: amitwin contributors
     SPDX-License-Identifier: Apache-2.0

     P3.2Ex version 1, between a data concentrator and a head-end. amitwin's own interface in that
     role; docs/p32ex.md says who sends what when. Periods and durations are seconds.
     Made from the shapes of the messages (shape.hpp); a test holds this file to them. -->
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:amitwin:p32ex:1"
           targetNamespace="urn:amitwin:p32ex:1" elementFormDefault="qualified">
)";

void indent(const SchemaLines& from, SchemaLines& to) {
  for (const std::string& line : from) to.push_back("  " + line);
}

// The lines between the tags of an element.
void wrap(const std::string& tag, const std::string& attributes, const SchemaLines& inner,
          SchemaLines& to) {
  to.push_back("<xs:" + tag + attributes + (inner.empty() ? "/>" : ">"));
  if (inner.empty()) return;
  indent(inner, to);
  to.push_back("</xs:" + tag + ">");
}

std::string named(const std::string& name) { return " name=\"" + name + "\""; }

std::string use_of(bool is_required) { return is_required ? " use=\"required\"" : ""; }

SchemaLines definition_of(const SimpleType& type) {
  SchemaLines facets;
  for (std::string_view rest = type.facets; !rest.empty();) {
    const std::string_view facet = rest.substr(0, rest.find("; "));
    const std::size_t equals = facet.find('=');
    facets.push_back("<xs:" + std::string(facet.substr(0, equals)) + " value=\"" +
                     std::string(facet.substr(equals + 1)) + "\"/>");
    rest.remove_prefix(std::min(rest.size(), facet.size() + 2));
  }
  SchemaLines restriction;
  wrap("restriction", " base=\"" + std::string(type.base) + "\"", facets, restriction);
  SchemaLines lines;
  if (type.about != nullptr) lines.push_back("<!-- " + std::string(type.about) + " -->");
  wrap("simpleType", named(type.name), restriction, lines);
  return lines;
}

// <Message> and every type that it needs, those first.
SchemaLines document() {
  SchemaLines lines;
  for (const SimpleType& type : kSimpleTypes) {
    for (std::string& line : definition_of(type)) lines.push_back(std::move(line));
  }
  SchemaTypes types;
  SchemaWriter failure("Failure", types);
  const Failure none;
  failure.optional("errCat", std::optional(none.category));
  failure.optional("errCode", std::optional(none.code));
  wrap("attributeGroup", named("Failure"), failure.body(), lines);
  SchemaWriter message("Message", types);
  const Message empty;
  shape(message, empty);
  for (const auto& [name, body] : types.all()) wrap("complexType", named(name), body, lines);
  SchemaLines type;
  wrap("complexType", "", message.body(), type);
  wrap("element", named("Message"), type, lines);
  return lines;
}

}  // namespace

std::string SchemaTypes::name_for(const std::string& element, const std::string& within,
                                  SchemaLines body) {
  std::string name = element;
  for (const auto& [known, lines] : types_) {
    if (lines == body) return known;
    if (known == element) name = within + element;
  }
  types_.emplace_back(name, std::move(body));
  return name;
}

SchemaLines SchemaWriter::body() const {
  SchemaLines lines;
  if (base64_) {
    SchemaLines content;
    wrap("extension", " base=\"xs:base64Binary\"", attributes_, content);
    wrap("simpleContent", "", content, lines);
    return lines;
  }
  if (!children_.empty()) wrap("sequence", "", children_, lines);
  lines.insert(lines.end(), attributes_.begin(), attributes_.end());
  return lines;
}

void SchemaWriter::put_attribute(const char* name, const char* type, const char* unit,
                                 bool is_required) {
  attributes_.push_back("<xs:attribute" + named(name) + " type=\"" + type + '"' +
                        use_of(is_required) + "/>");
  if (unit != nullptr) attributes_.back() += " <!-- " + std::string(unit) + " -->";
}

void SchemaWriter::enumeration(const char* name, Names words, bool is_required) {
  SchemaLines values;
  for (const char* word : words) {
    values.push_back("<xs:enumeration value=\"" + std::string(word) + "\"/>");
  }
  SchemaLines restriction;
  wrap("restriction", " base=\"xs:string\"", values, restriction);
  SchemaLines type;
  wrap("simpleType", "", restriction, type);
  wrap("attribute", named(name) + use_of(is_required), type, attributes_);
}

void SchemaWriter::list_attribute(const char* name, const char* type, std::size_t least,
                                  std::size_t most, bool is_required) {
  SchemaLines facets = {"<xs:simpleType><xs:list itemType=\"" + std::string(type) +
                        "\"/></xs:simpleType>"};
  if (least == most) {
    facets.push_back("<xs:length value=\"" + std::to_string(most) + "\"/>");
  } else {
    facets.push_back("<xs:minLength value=\"" + std::to_string(least) + "\"/>");
    facets.push_back("<xs:maxLength value=\"" + std::to_string(most) + "\"/>");
  }
  SchemaLines restriction;
  wrap("restriction", "", facets, restriction);
  SchemaLines simple;
  wrap("simpleType", "", restriction, simple);
  wrap("attribute", named(name) + use_of(is_required), simple, attributes_);
}

void SchemaWriter::put(const char* name, const SchemaLines& body, const Occurs& occurs) {
  std::string attributes = named(name);
  if (occurs.least != 1) attributes += " minOccurs=\"" + std::to_string(occurs.least) + '"';
  if (occurs.most == 0) attributes += " maxOccurs=\"unbounded\"";
  if (occurs.most > 1) attributes += " maxOccurs=\"" + std::to_string(occurs.most) + '"';
  SchemaLines type;
  wrap("complexType", "", body, type);
  wrap("element", attributes, type, children_);
}

void SchemaWriter::put(const Choice& choices) {
  SchemaLines elements;
  for (const auto& [name, body] : choices) {
    const std::string type = types_.name_for(name, name_, body);
    elements.push_back("<xs:element" + named(name) + " type=\"" + type + "\"/>");
  }
  wrap("choice", "", elements, children_);
}

std::string schema_of_shapes() {
  std::string made = kHead;
  for (const std::string& line : document()) made += "  " + line + '\n';
  return made + "</xs:schema>\n";
}

}  // namespace protocol::p32
