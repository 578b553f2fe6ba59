// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/p32/xml_reader.hpp"

#include <libxml/xmlschemas.h>

#include <memory>
#include <stdexcept>

#include "protocol/hosted/p32/codec.hpp"
#include "protocol/hosted/p32/document.hpp"

namespace protocol::p32 {
namespace {

using Schema = std::unique_ptr<xmlSchema, decltype(&xmlSchemaFree)>;

Schema compile() {
  const std::string_view text = schema_text();
  const std::unique_ptr<xmlSchemaParserCtxt, decltype(&xmlSchemaFreeParserCtxt)> parser(
      xmlSchemaNewMemParserCtxt(text.data(), static_cast<int>(text.size())),
      &xmlSchemaFreeParserCtxt);
  std::string why;
  if (parser) {
    const auto keep = [](void* to, xmlErrorPtr error) {
      if (error->message != nullptr) static_cast<std::string*>(to)->append(error->message);
    };
    xmlSchemaSetParserStructuredErrors(parser.get(), keep, &why);
  }
  Schema schema(parser ? xmlSchemaParse(parser.get()) : nullptr, &xmlSchemaFree);
  if (!schema) throw std::runtime_error("p32ex.xsd: " + one_line(why));
  return schema;
}

// Compiled once; validation only reads it.
const Schema& schema() {
  static const Schema compiled = compile();
  return compiled;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// "Element '{urn}A', attribute 'b': [facet 'pattern'] The value ..." without what the position
// says.
struct Wording {
  std::string attribute;
  std::string what;
  std::string allowed;
};

std::string quoted_behind(const std::string& text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == text.npos) return {};
  const std::size_t open = at + mark.size();
  return text.substr(open, text.find('\'', open) - open);
}

// What the validator's sentence says about allowed values, behind a mark of its wording.
struct Mark {
  const char* behind;
  const char* prefix;
  bool quoted;  // up to the next quote, or all the rest
};
constexpr Mark kMarks[] = {
    {" Expected is ", "", false},
    {"is not accepted by the pattern '", "the pattern ", true},
    {"is not an element of the set ", "one of ", false},
    {"greater than the maximum value allowed ('", "at most ", true},
    {"less than the minimum value allowed ('", "at least ", true},
    {"exceeds the allowed maximum length of '", "a length of at most ", true},
    {"underruns the allowed minimum length of '", "a length of at least ", true},
    {"differs from the allowed length of '", "a length of ", true},
    {"atomic type '", "a value of the type ", true},
    {"list type '", "a list of the type ", true},
    {"The attribute '", "as in p32ex.xsd, attribute ", true},
};

std::string allowed_by(const std::string& text) {
  for (const Mark& mark : kMarks) {
    const std::size_t at = text.find(mark.behind);
    if (at == text.npos) continue;
    const std::size_t begin = at + std::string_view(mark.behind).size();
    // A pattern may hold quotes itself: up to the last one.
    const std::size_t end = mark.quoted ? text.rfind('\'') : text.npos;
    return mark.prefix + one_line(text.substr(begin, end - begin));
  }
  return "see p32ex.xsd";
}

// Values are shown only in part: they may be long, and are nobody's business in a log.
void shorten_values(std::string& text) {
  constexpr std::size_t kShownMax = 40;
  for (std::size_t open = text.find('\''); open != text.npos; open = text.find('\'', open + 1)) {
    const std::size_t close = text.find('\'', open + 1);
    if (close == text.npos) return;
    const std::size_t length = close - open - 1;
    if (length > kShownMax) text.replace(open + 1 + kShownMax / 2, length - kShownMax / 2, "...");
    open = text.find('\'', open + 1);
  }
}

Wording wording_of(const char* message) {
  std::string text = message != nullptr ? message : "breaks the schema";
  replace_all(text, "{urn:amitwin:p32ex:1}", "");
  Wording wording;
  wording.attribute = quoted_behind(text, "', attribute '");
  const std::size_t colon = text.find("': ");
  if (colon != text.npos) text.erase(0, colon + 3);
  wording.allowed = allowed_by(text);
  const std::size_t expected = text.find(" Expected is ");
  if (expected != text.npos) text.erase(expected);
  const std::size_t facet = text[0] == '[' ? text.find("] ") : text.npos;
  if (facet != text.npos) text.erase(0, facet + 2);
  shorten_values(text);
  wording.what = one_line(text);
  return wording;
}

void on_fault(void* data, xmlErrorPtr error) {
  auto& faults = *static_cast<Faults*>(data);
  const auto* node = static_cast<const xmlNode*>(error->node);
  if (node != nullptr && node->type == XML_ATTRIBUTE_NODE) node = node->parent;
  if (!faults.wants(node)) return;
  Wording wording = wording_of(error->message);
  // A value that breaks a facet is reported a second time as "not a valid value of the type".
  if (!faults.empty() && faults.kept().back().node == node &&
      faults.kept().back().attribute == wording.attribute &&
      wording.what.find("is not a valid value of the") != std::string::npos) {
    return;
  }
  faults.add(
      {node, std::move(wording.attribute), std::move(wording.what), std::move(wording.allowed)});
}

}  // namespace

void schema_faults(const _xmlNode* element, Faults& faults) {
  const std::unique_ptr<xmlSchemaValidCtxt, decltype(&xmlSchemaFreeValidCtxt)> validator(
      xmlSchemaNewValidCtxt(schema().get()), &xmlSchemaFreeValidCtxt);
  if (!validator) return faults.add({element, "", "no memory to check the message", ""});
  xmlSchemaSetValidStructuredErrors(validator.get(), &on_fault, &faults);
  const int outcome = xmlSchemaValidateOneElement(validator.get(), const_cast<xmlNode*>(element));
  if (outcome != 0 && faults.empty()) {
    faults.add({element, "", "breaks the schema", "see p32ex.xsd"});
  }
}

}  // namespace protocol::p32
