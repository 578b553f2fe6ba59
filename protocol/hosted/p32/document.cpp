// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/p32/document.hpp"

#include <libxml/SAX2.h>
#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <utility>

namespace protocol::p32 {
namespace {

constexpr char kSoapNamespace[] = "http://schemas.xmlsoap.org/soap/envelope/";
constexpr char kInstanceNamespace[] = "http://www.w3.org/2001/XMLSchema-instance";
// A node of the tree takes some 200 octets, whatever it took in the message.
constexpr std::size_t kOctetsPerElement = 16;
constexpr std::size_t kElementsMin = 64;
constexpr std::size_t kElementsMax = 250'000;
constexpr unsigned kAttributesMax = 64;  // of one element

const char* text_of(const xmlChar* text) { return reinterpret_cast<const char*>(text); }

// What the callbacks of one parse need.
struct Parse {
  unsigned depth_max = 0;
  std::size_t elements_max = 0;
  std::size_t elements = 0;
  unsigned depth = 0;
  Problem problem;  // the first one
};

Parse& parse_of(void* context) {
  return *static_cast<Parse*>(static_cast<xmlParserCtxt*>(context)->_private);
}

std::string path_of_open(const xmlParserCtxt& parser) {
  std::string path;
  for (int k = 0; k < parser.nameNr; ++k) {
    path += '/';
    path += text_of(parser.nameTab[k]);
  }
  return path;
}

void stop(void* context, std::uint16_t code, const char* what, const char* allowed) {
  auto* const parser = static_cast<xmlParserCtxt*>(context);
  Problem& problem = parse_of(context).problem;
  if (problem.code == 0) {
    problem = {code,
               static_cast<std::uint32_t>(xmlSAX2GetLineNumber(parser)),
               static_cast<std::uint32_t>(xmlSAX2GetColumnNumber(parser)),
               path_of_open(*parser),
               what,
               allowed,
               {}};
  }
  xmlStopParser(parser);
}

void start_element(void* context, const xmlChar* name, const xmlChar* prefix, const xmlChar* uri,
                   int namespaces, const xmlChar** namespace_list, int attributes, int defaulted,
                   const xmlChar** attribute_list) {
  Parse& parse = parse_of(context);
  if (++parse.depth > parse.depth_max || ++parse.elements > parse.elements_max) {
    return stop(context, error_code::kTooLarge, "too many elements, or too deep",
                "what docs/p32ex.md lists under limits");
  }
  for (int k = 0; k < attributes; ++k) {
    const xmlChar* const attribute_uri = attribute_list[5 * k + 2];
    // xsi:schemaLocation would make the validator load what somebody else names.
    if (attribute_uri != nullptr && std::strcmp(text_of(attribute_uri), kInstanceNamespace) == 0) {
      return stop(context, error_code::kBreaksSchema, "attribute of XMLSchema-instance", "none");
    }
  }
  xmlSAX2StartElementNs(context, name, prefix, uri, namespaces, namespace_list, attributes,
                        defaulted, attribute_list);
  // Which start tag it is, also when others have been taken out of the tree.
  xmlNode* const made = static_cast<xmlParserCtxt*>(context)->node;
  if (made != nullptr) made->_private = reinterpret_cast<void*>(parse.elements - 1);
}

void end_element(void* context, const xmlChar* name, const xmlChar* prefix, const xmlChar* uri) {
  --parse_of(context).depth;
  xmlSAX2EndElementNs(context, name, prefix, uri);
}

void document_type(void* context, const xmlChar*, const xmlChar*, const xmlChar*) {
  stop(context, error_code::kNotXml, "document type declaration", "none");
}

void processing_instruction(void* context, const xmlChar*, const xmlChar*) {
  stop(context, error_code::kNotXml, "processing instruction", "none");
}

void on_error(void* context, xmlErrorPtr error) {
  auto* const parser = static_cast<xmlParserCtxt*>(context);
  Problem& problem = parse_of(context).problem;
  if (problem.code != 0 || error->level < XML_ERR_ERROR) return;
  problem.code = error_code::kNotXml;
  problem.line = static_cast<std::uint32_t>(std::max(error->line, 1));
  problem.column = static_cast<std::uint32_t>(std::max(error->int2, 1));
  problem.element = path_of_open(*parser);
  problem.what = error->message != nullptr ? one_line(error->message) : "no XML";
  problem.allowed = "well-formed XML";
}

bool is_element(const xmlNode* node, const char* name, const char* uri) {
  return node->type == XML_ELEMENT_NODE && std::strcmp(text_of(node->name), name) == 0 &&
         node->ns != nullptr && node->ns->href != nullptr &&
         std::strcmp(text_of(node->ns->href), uri) == 0;
}

const xmlNode* only_element_child(const xmlNode* node) {
  const xmlNode* found = nullptr;
  for (const xmlNode* at = node->children; at != nullptr; at = at->next) {
    if (at->type != XML_ELEMENT_NODE) continue;
    if (found != nullptr) return nullptr;
    found = at;
  }
  return found;
}

// The value of encoding="..." in the XML declaration; empty: none.
std::string declared_encoding(std::string_view xml) {
  if (xml.substr(0, 5) != "<?xml") return {};
  const std::string_view head = xml.substr(0, xml.find("?>"));
  const std::size_t at = head.find("encoding");
  const std::size_t open = at == head.npos ? at : head.find_first_of("\"'", at);
  if (open == head.npos) return {};
  const std::size_t close = head.find(head[open], open + 1);
  std::string name(head.substr(open + 1, close == head.npos ? close : close - open - 1));
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

}  // namespace

void Document::Free::operator()(_xmlDoc* document) const { xmlFreeDoc(document); }

Document::Document(std::string_view xml, const DecodeLimits& limits) : xml_(xml) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";  // some editors write it
  if (xml_.substr(0, 3) == kMark) xml_.remove_prefix(3);
  if (!check_octets(limits)) return;
  parse(limits);
  if (tree_) unwrap();
}

bool Document::check_octets(const DecodeLimits& limits) {
  const auto refuse = [this](std::uint16_t code, const Position& at, const std::string& what,
                             const std::string& allowed) {
    problem_ = {code, at.line, at.column, {}, what, allowed, {}};
    return false;
  };
  if (xml_.size() > limits.octets_max) {
    return refuse(error_code::kTooLarge, {0, 0},
                  "a message of " + std::to_string(xml_.size()) + " octets",
                  "at most " + std::to_string(limits.octets_max));
  }
  const std::size_t bad = first_bad_character(xml_);
  if (bad < xml_.size()) {
    return refuse(error_code::kBadEncoding, position_of(xml_, bad),
                  "an octet that is no UTF-8, or a character that XML does not have", "UTF-8");
  }
  const std::size_t overfull = overfull_tag(xml_, kAttributesMax);
  if (overfull < xml_.size()) {
    return refuse(error_code::kTooLarge, position_of(xml_, overfull), "too many attributes",
                  "64 an element");
  }
  const std::string encoding = declared_encoding(xml_);
  if (!encoding.empty() && encoding != "UTF-8" && encoding != "US-ASCII") {
    return refuse(error_code::kBadEncoding, {}, "encoding " + one_line(encoding), "UTF-8");
  }
  return true;
}

void Document::parse(const DecodeLimits& limits) {
  Parse parse;
  parse.depth_max = limits.depth_max;
  parse.elements_max = std::clamp(xml_.size() / kOctetsPerElement, kElementsMin, kElementsMax);
  const std::unique_ptr<xmlParserCtxt, decltype(&xmlFreeParserCtxt)> parser(xmlNewParserCtxt(),
                                                                            &xmlFreeParserCtxt);
  if (!parser) {
    problem_.code = error_code::kTooLarge;
    return;
  }
  parser->_private = &parse;
  xmlSAXHandler& sax = *parser->sax;
  sax.serror = reinterpret_cast<xmlStructuredErrorFunc>(&on_error);
  sax.startElementNs = &start_element;
  sax.endElementNs = &end_element;
  sax.internalSubset = &document_type;
  sax.processingInstruction = &processing_instruction;
  // UTF-8 is passed, not looked for: the octets were checked above.
  xmlDoc* const tree =
      xmlCtxtReadMemory(parser.get(), xml_.data(), static_cast<int>(xml_.size()), nullptr, "UTF-8",
                        XML_PARSE_NONET | XML_PARSE_COMPACT | XML_PARSE_NOCDATA |
                            XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  tree_.reset(tree);
  if (tree != nullptr && parse.problem.code == 0) return;
  problem_ = parse.problem;
  if (problem_.code == 0)
    problem_ = {error_code::kNotXml, 1, 1, {}, "no XML", "well-formed XML", {}};
  tree_.reset();
}

void Document::unwrap() {
  const xmlNode* const root = xmlDocGetRootElement(tree_.get());
  message_ = root;
  if (!is_element(root, "Envelope", kSoapNamespace)) return;
  message_ = nullptr;
  for (const xmlNode* at = root->children; at != nullptr; at = at->next) {
    if (is_element(at, "Body", kSoapNamespace)) message_ = only_element_child(at);
  }
  if (message_ != nullptr) return;
  problem_ = locate(root, {});
  problem_.code = error_code::kBreaksSchema;
  problem_.what = "a SOAP envelope without exactly one element in its body";
  problem_.allowed = "Message";
}

void Document::drop(const _xmlNode* node) {
  auto* const element = const_cast<xmlNode*>(node);
  xmlFreeNodeList(std::exchange(element->children, nullptr));
  xmlFreePropList(std::exchange(element->properties, nullptr));
  xmlFreeNsList(std::exchange(element->nsDef, nullptr));
  element->last = nullptr;
  element->ns = nullptr;
  element->type = XML_COMMENT_NODE;
}

bool was_dropped(const _xmlNode* node) {
  return node->type == XML_COMMENT_NODE && node->_private != nullptr;
}

const _xmlNode* part_around(const _xmlNode* node) {
  const auto is = [](const xmlNode* at, const char* name) {
    return at != nullptr && at->type == XML_ELEMENT_NODE &&
           std::strcmp(text_of(at->name), name) == 0;
  };
  const xmlNode* outermost = nullptr;
  for (; node != nullptr && node->type == XML_ELEMENT_NODE; node = node->parent) {
    const xmlNode* const above = node->parent;
    const bool item = is(node, "Item") && is(above, "Work");
    const bool meter = is(node, "Meter") && above != nullptr && is(above->parent, "Report");
    if (item || meter) outermost = node;
  }
  return outermost;
}

// The element moves into a document of its own: canonicalisation walks whole documents, and a
// message may hold many orders.
std::string exclusive_c14n(const _xmlNode* element) {
  const std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> alone(
      xmlNewDoc(reinterpret_cast<const xmlChar*>("1.0")), &xmlFreeDoc);
  if (!alone) return {};
  xmlNode* const copy = xmlDocCopyNode(const_cast<xmlNode*>(element), alone.get(), 1);
  if (copy == nullptr) return {};
  xmlDocSetRootElement(alone.get(), copy);
  // A namespace that came from above the element is declared on it now.
  xmlReconciliateNs(alone.get(), copy);
  xmlChar* octets = nullptr;
  const int size =
      xmlC14NDocDumpMemory(alone.get(), nullptr, XML_C14N_EXCLUSIVE_1_0, nullptr, 0, &octets);
  std::string canonical;
  if (size > 0) canonical.assign(reinterpret_cast<const char*>(octets), size);
  xmlFree(octets);
  return canonical;
}

}  // namespace protocol::p32
