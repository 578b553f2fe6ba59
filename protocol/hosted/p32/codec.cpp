// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/p32/codec.hpp"

#include <libxml/tree.h>

#include <algorithm>
#include <cstring>

#include "protocol/hosted/p32/document.hpp"
#include "protocol/hosted/p32/message.hpp"
#include "protocol/hosted/p32/sign.hpp"
#include "protocol/hosted/p32/xml_reader.hpp"
#include "protocol/hosted/p32/xml_writer.hpp"

namespace protocol::p32 {
namespace {

// As canonical XML writes them in the value of an attribute.
struct Escape {
  char character;
  const char* text;
};
constexpr Escape kEscapes[] = {{'&', "&amp;"},  {'<', "&lt;"},   {'"', "&quot;"},
                               {'\t', "&#x9;"}, {'\n', "&#xA;"}, {'\r', "&#xD;"}};

bool is_id(std::string_view text) {
  constexpr std::size_t kIdMax = 64;
  const auto good = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == ':' || c == '-';
  };
  return !text.empty() && text.size() <= kIdMax && std::all_of(text.begin(), text.end(), good);
}

Problem problem_of(const Document& document, const Fault& fault, std::uint16_t code) {
  Problem problem = document.locate(fault.node, fault.attribute);
  problem.code = code;
  problem.what = one_line(fault.what);
  problem.allowed = one_line(fault.allowed);
  Faults none;
  std::string id;
  XmlReader(document.message(), none).unless_empty("id", id);
  if (is_id(id)) problem.id = id;
  return problem;
}

}  // namespace

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
    out += std::ranges::find(kEscapes, text[n], &Escape::character)->text;
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

std::variant<Message, std::vector<Problem>> decode_all(std::string_view xml,
                                                       const DecodeLimits& limits,
                                                       std::size_t problems_max) {
  const Document document(xml, limits);
  if (document.message() == nullptr) return std::vector{document.problem()};
  std::uint16_t code = error_code::kBreaksSchema;
  Faults faults(problems_max);
  schema_faults(document.message(), faults);
  Message message;
  if (faults.empty()) {
    code = error_code::kBadValue;
    XmlReader(document.message(), faults).fill(message);
  }
  if (faults.empty()) return message;
  std::vector<Problem> problems;
  for (const Fault& fault : faults.kept()) problems.push_back(problem_of(document, fault, code));
  return problems;
}

namespace {

// A Report without one good meter is refused as a whole; a Work is not, as its items are answered
// one by one.
bool all_are_bad(const std::vector<const xmlNode*>& parts) {
  const xmlNode* const first = parts.front();
  if (std::strcmp(reinterpret_cast<const char*>(first->name), "Meter") != 0) return false;
  std::size_t there = 0;
  for (const xmlNode* at = first->parent->children; at != nullptr; at = at->next) {
    if (at->type == XML_ELEMENT_NODE && part_around(at) == at) ++there;
  }
  return there <= parts.size();
}

// One message on its way: checked once, without its bad parts once more, and read as often.
class Decoding {
 public:
  explicit Decoding(const Document& document) : document_(document) {}

  Decoded run() {
    Faults broken = faults();
    check(broken);
    if (!leave_out(broken, error_code::kBreaksSchema)) return std::move(refused_);
    Message message;
    Faults bad = faults();
    read(message, bad);
    if (!leave_out(bad, error_code::kBadValue)) return std::move(refused_);
    // What is left stands without what was around it: is it a message still?
    if (!left_out_.empty()) {
      Faults rest = faults();
      check(rest);
      if (!rest.empty()) return refuse(rest.kept().front(), error_code::kBreaksSchema);
    }
    if (!bad.empty()) {
      message = {};
      Faults rest = faults();
      read(message, rest);
      if (!rest.empty()) return refuse(rest.kept().front(), error_code::kBadValue);
    }
    return Decoded(std::move(message)).leave_out(std::move(left_out_)).took(validations_);
  }

 private:
  static Faults faults() { return Faults(kPartsLeftOutMax + 1, Faults::Keep::first_of_part); }
  void check(Faults& faults) {
    ++validations_;
    schema_faults(document_.message(), faults);
  }
  void read(Message& message, Faults& faults) const {
    XmlReader(document_.message(), faults).fill(message);
  }
  Decoded refuse(const Fault& fault, std::uint16_t code) const {
    return Decoded(problem_of(document_, fault, code)).took(validations_);
  }

  // Takes the faulty parts out of the tree. False: a fault is in no part, no part is good, or too
  // many are not; refused_ says so.
  bool leave_out(const Faults& faults, std::uint16_t code) {
    std::vector<const xmlNode*> parts;
    for (const Fault& fault : faults.kept()) {
      parts.push_back(part_around(fault.node));
      if (parts.back() != nullptr) continue;
      refused_ = refuse(fault, code);
      return false;
    }
    if (parts.empty()) return true;
    const Fault& first = faults.kept().front();
    if (left_out_.size() + parts.size() > kPartsLeftOutMax) {
      Problem problem = problem_of(document_, first, error_code::kTooLarge);
      problem.what = "more than " + std::to_string(kPartsLeftOutMax) +
                     " meters or items break the rules, this one first: " + problem.what;
      refused_ = Decoded(std::move(problem)).took(validations_);
      return false;
    }
    if (all_are_bad(parts)) {
      refused_ = refuse(first, code);
      return false;
    }
    for (std::size_t k = 0; k < parts.size(); ++k) {
      Problem problem = problem_of(document_, faults.kept()[k], code);
      problem.id.clear();
      Faults none;
      std::string id;
      XmlReader(parts[k], none).unless_empty("id", id);
      if (is_id(id)) problem.id = id;
      left_out_.push_back(std::move(problem));
    }
    for (const xmlNode* part : parts) Document::drop(part);
    return true;
  }

  const Document& document_;
  std::vector<Problem> left_out_;
  Decoded refused_{Problem{}};
  unsigned validations_ = 0;
};

}  // namespace

Decoded decode(std::string_view xml, const DecodeLimits& limits) {
  const Document document(xml, limits);
  if (document.message() == nullptr) return document.problem();
  return Decoding(document).run();
}

Message refusal(const Problem& problem, const Envelope& envelope) {
  Message message{envelope, ErrorBody{{ErrorCategory::message, problem.code},
                                      problem.what,
                                      problem.line,
                                      problem.column,
                                      problem.element,
                                      problem.allowed}};
  if (message.envelope.re.empty()) message.envelope.re = problem.id;
  return message;
}

std::string Problem::text() const {
  std::string line_text = std::to_string(line) + ':' + std::to_string(column) + ": ";
  if (!element.empty()) line_text += element + ": ";
  line_text += what;
  if (!allowed.empty()) line_text += "; allowed: " + allowed;
  return line_text;
}

}  // namespace protocol::p32
