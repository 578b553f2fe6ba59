// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/p32/canonical.hpp"

#include <libxml/c14n.h>
#include <libxml/tree.h>

#include <memory>

#include "protocol/hosted/p32/document.hpp"
#include "protocol/hosted/p32/shape_order.hpp"
#include "protocol/hosted/p32/sign.hpp"
#include "protocol/hosted/p32/xml_reader.hpp"
#include "protocol/hosted/p32/xml_writer.hpp"

namespace protocol::p32 {

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

std::string canonical_order(const Order& order) {
  std::string xml;
  {
    XmlWriter writer("Order", xml, XmlWriter::Layout::one_line);
    writer.required("xmlns", std::string(kNamespace));
    shape(writer, order);
  }
  const Document document(xml, {});
  return document.message() != nullptr ? exclusive_c14n(document.message()) : std::string();
}

void XmlReader::canonical_element(const char* name, Order& order, std::string& canonical) {
  const xmlNode* const found = child(name);
  if (found == nullptr) return fault({}, "has no such child", name);
  XmlReader reader(found, faults_);
  reader.fill(order);
  canonical = exclusive_c14n(found);
}

}  // namespace protocol::p32
