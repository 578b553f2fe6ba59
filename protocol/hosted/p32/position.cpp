// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0

#include <libxml/tree.h>

#include <algorithm>

#include "protocol/hosted/p32/document.hpp"

namespace protocol::p32 {
namespace {

constexpr std::size_t kLineMax = 240;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
std::uint8_t octet(char c) { return static_cast<std::uint8_t>(c); }

// Length of the character at the front; 0: none that XML has.
std::size_t character(std::string_view text) {
  const std::uint8_t first = octet(text[0]);
  if (first < 0x80) return first >= 0x20 || is_blank(text[0]) ? 1 : 0;
  const std::size_t n = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < n) return 0;
  std::uint32_t code = first & (0x7Fu >> n);
  for (std::size_t k = 1; k < n; ++k) {
    if ((octet(text[k]) & 0xC0) != 0x80) return 0;
    code = code << 6 | (octet(text[k]) & 0x3Fu);
  }
  constexpr std::uint32_t kFirst[] = {0x80, 0x800, 0x10000};  // shorter forms are forbidden
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  const bool none = code == 0xFFFE || code == 0xFFFF || code > 0x10FFFF;
  return code < kFirst[n - 2] || surrogate || none ? 0 : n;
}

// Past what begins with `open` and ends with `close`.
std::size_t behind(std::string_view xml, std::size_t at, std::string_view close) {
  const std::size_t end = xml.find(close, at);
  return end == xml.npos ? xml.size() : end + close.size();
}

bool begins(std::string_view xml, std::size_t at, std::string_view with) {
  return xml.substr(at, with.size()) == with;
}

// Start and end tags of a well-formed text, one after the other; comments, CDATA sections and
// processing instructions are stepped over.
class Tags {
 public:
  explicit Tags(std::string_view xml) : xml_(xml) {}
  bool next() {
    for (at_ = xml_.find('<', end_); at_ < xml_.size(); at_ = xml_.find('<', end_)) {
      if (begins(xml_, at_, "<!--")) {
        end_ = behind(xml_, at_ + 4, "-->");
      } else if (begins(xml_, at_, "<![CDATA[")) {
        end_ = behind(xml_, at_, "]]>");
      } else if (begins(xml_, at_, "<?")) {
        end_ = behind(xml_, at_, "?>");
      } else {
        find_end();
        return true;
      }
    }
    return false;
  }
  std::size_t at() const { return at_; }
  std::size_t end() const { return end_; }
  bool is_end() const { return begins(xml_, at_, "</"); }
  unsigned attributes() const { return attributes_; }

 private:
  // '>' and '=' may stand in the value of an attribute.
  void find_end() {
    char quote = 0;
    attributes_ = 0;
    for (end_ = at_; end_ < xml_.size(); ++end_) {
      const char c = xml_[end_];
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '=') {
        ++attributes_;
      } else if (c == '>') {
        ++end_;
        return;
      }
    }
  }

  std::string_view xml_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  unsigned attributes_ = 0;
};

// Also what was: places are those of the message.
bool is_named(const xmlNode* node, const xmlChar* name) {
  const bool counts = node->type == XML_ELEMENT_NODE || was_dropped(node);
  return counts && xmlStrEqual(node->name, name) != 0;
}

std::string step_text(const xmlNode* node, std::size_t same_before) {
  const std::string name = reinterpret_cast<const char*>(node->name);
  bool alone = same_before == 0;
  for (const xmlNode* at = node->next; at != nullptr && alone; at = at->next) {
    alone = !is_named(at, node->name);
  }
  return alone ? '/' + name : '/' + name + '[' + std::to_string(same_before + 1) + ']';
}

}  // namespace

Position position_of(std::string_view xml, std::size_t offset, const Position& begin) {
  Position at = begin;
  for (const char c : xml.substr(0, offset)) {
    if (c == '\n') {
      ++at.line;
      at.column = 1;
    } else if ((octet(c) & 0xC0) != 0x80) {
      ++at.column;
    }
  }
  return at;
}

std::size_t first_bad_character(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t n = character(text.substr(at));
    if (n == 0) break;
    at += n;
  }
  return at;
}

std::size_t start_tag(std::string_view xml, std::size_t n) {
  for (Tags tags(xml); tags.next();) {
    if (!tags.is_end() && n-- == 0) return tags.at();
  }
  return 0;
}

std::size_t overfull_tag(std::string_view xml, unsigned attributes_max) {
  for (Tags tags(xml); tags.next();) {
    if (tags.attributes() > attributes_max) return tags.at();
  }
  return xml.size();
}

std::size_t attribute_in_tag(std::string_view xml, std::size_t tag, std::string_view name) {
  Tags tags(xml.substr(tag));
  tags.next();
  const std::size_t end = tag + tags.end();
  char quote = 0;
  for (std::size_t at = tag; at < end; ++at) {
    const char c = xml[at];
    if (quote != 0) {
      quote = c == quote ? 0 : quote;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (at > 0 && is_blank(xml[at - 1]) && begins(xml, at, name)) {
      const std::size_t behind_name = at + name.size();
      if (behind_name < end && (xml[behind_name] == '=' || is_blank(xml[behind_name]))) return at;
    }
  }
  return tag;
}

std::string one_line(std::string_view text) {
  std::string line;
  for (std::size_t at = 0; at < text.size() && line.size() < kLineMax;) {
    const std::size_t n = character(text.substr(at));
    if (n == 0 || is_blank(text[at])) {
      if (!line.empty() && line.back() != ' ') line += ' ';
      ++at;
    } else {
      line.append(text.substr(at, n));
      at += n;
    }
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

// "/Message/Report/LoadProfile/Meter[2]".
std::string Document::path_of(const _xmlNode* node) const {
  const _xmlNode* const part = part_around(node);
  std::string path;
  for (; node != nullptr && node->type == XML_ELEMENT_NODE; node = node->parent) {
    std::size_t before = 0;
    const xmlNode* at = node->prev;
    for (; at != nullptr; at = at->prev) {
      if (!is_named(at, node->name)) continue;
      ++before;
      if (node == part && at == last_.step) break;
    }
    if (node == part) {
      if (at != nullptr) before += last_.same_before;
      last_.step = node;
      last_.same_before = before;
    }
    path.insert(0, step_text(node, before));
  }
  return path;
}

Problem Document::locate(const _xmlNode* node, std::string_view attribute) const {
  Problem problem;
  if (node == nullptr) return problem;
  const auto ordinal = reinterpret_cast<std::size_t>(node->_private);
  if (ordinal < last_.ordinal) last_ = {};
  const std::size_t tag = last_.tag + start_tag(xml_.substr(last_.tag), ordinal - last_.ordinal);
  last_.position =
      position_of(xml_.substr(last_.tag, tag - last_.tag), tag - last_.tag, last_.position);
  last_.tag = tag;
  last_.ordinal = ordinal;
  Position position = last_.position;
  if (!attribute.empty()) {
    const std::size_t at = attribute_in_tag(xml_, tag, attribute);
    position = position_of(xml_.substr(tag, at - tag), at - tag, position);
  }
  problem.line = position.line;
  problem.column = position.column;
  problem.element = path_of(node);
  if (!attribute.empty()) problem.element.append("/@").append(attribute);
  return problem;
}

}  // namespace protocol::p32
