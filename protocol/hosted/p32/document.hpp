// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/hosted/p32/codec.hpp"

struct _xmlDoc;
struct _xmlNode;

namespace protocol::p32 {

// From 1; columns are characters.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};
// `begin`: where `xml` itself begins.
Position position_of(std::string_view xml, std::size_t offset, const Position& begin = {});

// Offset of the first octet that is no UTF-8 or a character that XML 1.0 does not have; size() when
// all is well.
std::size_t first_bad_character(std::string_view text);

// Where the n-th start tag (from 0) of a well-formed document begins; then, inside that tag, where
// the attribute of that name begins (the tag itself, if there is none).
std::size_t start_tag(std::string_view xml, std::size_t n);
std::size_t attribute_in_tag(std::string_view xml, std::size_t tag, std::string_view name);

// Where the first start tag with more than `attributes_max` attributes begins; size(): none.
// libxml2 compares each attribute of a tag with every other, so this is looked at before it does.
// Exact as far as the text is well-formed, and without document type declaration.
std::size_t overfull_tag(std::string_view xml, unsigned attributes_max);

// Line ends and control characters out, and not too long: safe for a log.
std::string one_line(std::string_view text);

// Octets as an XML tree, within limits, with nothing loaded and nothing expanded.
class Document {
 public:
  Document(std::string_view xml, const DecodeLimits& limits);
  // The element that should be a Message: the root, or the one in the body of a SOAP 1.1 envelope.
  // nullptr: problem() says why.
  const _xmlNode* message() const { return message_; }
  const Problem& problem() const { return problem_; }
  // Takes an element out of the tree, for good. A comment stands in its place, so that the others
  // keep their numbers: was_dropped().
  static void drop(const _xmlNode* node);

  // Points at an element, or at one of its attributes. Those asked for in the order of the document
  // cost one walk through it in all.
  Problem locate(const _xmlNode* node, std::string_view attribute) const;

 private:
  struct Free {
    void operator()(_xmlDoc* document) const;
  };
  bool check_octets(const DecodeLimits& limits);
  void parse(const DecodeLimits& limits);
  void unwrap();

  // Where locate() stood last: a start tag, how many are before it, and its place.
  struct Last {
    std::size_t tag = 0;
    std::size_t ordinal = 0;
    Position position;
    const _xmlNode* step = nullptr;  // the part, and how many of its name are before it
    std::size_t same_before = 0;
  };
  std::string path_of(const _xmlNode* node) const;

  std::string_view xml_;
  mutable Last last_;
  std::unique_ptr<_xmlDoc, Free> tree_;
  const _xmlNode* message_ = nullptr;
  Problem problem_;
};

// A comment that was an element, and still has its name.
bool was_dropped(const _xmlNode* node);

// The Item of a Work, or the Meter of a Report, in which an element stands (or which it is), the
// outermost if there are several; nullptr: in none.
const _xmlNode* part_around(const _xmlNode* node);

// Exclusive Canonical XML 1.0 without comments (W3C, 18 July 2002) of an element and all inside it.
// Empty when libxml2 has no memory.
std::string exclusive_c14n(const _xmlNode* element);

}  // namespace protocol::p32
