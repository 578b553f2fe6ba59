// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/p32/codec.hpp"
#include "protocol/hosted/p32/document.hpp"
#include "protocol/hosted/p32/message.hpp"
#include "protocol/hosted/p32/position.hpp"
#include "protocol/hosted/p32/sign.hpp"
#include "protocol/hosted/p32/xml_writer.hpp"

namespace protocol::p32 {

void put_escaped(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const std::size_t n = text.find_first_of("&<\"\t\n\r");
    const std::string_view plain = text.substr(0, n);
    for (std::string_view rest = plain; !rest.empty();) {
      const std::size_t good = first_bad_character(rest);
      out += rest.substr(0, good);
      if (good < rest.size()) out += '?';
      rest.remove_prefix(std::min(good + 1, rest.size()));
    }
    if (n == text.npos) return;
    switch (text[n]) {  // as canonical XML writes them
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\t':
        out += "&#x9;";
        break;
      case '\n':
        out += "&#xA;";
        break;
      default:
        out += "&#xD;";
    }
    text.remove_prefix(n + 1);
  }
}

std::string encode(const Message& message) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
  {
    XmlWriter writer("Message", xml);
    writer.constant("xmlns", kNamespace);
    shape(writer, message);
  }
  xml += '\n';
  return xml;
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

}  // namespace protocol::p32
