// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/hosted/p32/codec.hpp"

struct _xmlDoc;
struct _xmlNode;

namespace protocol::p32 {

// Octets as an XML tree, within limits, with nothing loaded and nothing expanded.
class Document {
 public:
  Document(std::string_view xml, const DecodeLimits& limits);
  // The element that should be a Message: the root, or the one in the body of a SOAP 1.1 envelope.
  // nullptr: problem() says why.
  const _xmlNode* message() const { return message_; }
  const Problem& problem() const { return problem_; }

  // Points at an element, or at one of its attributes.
  Problem locate(const _xmlNode* node, std::string_view attribute) const;

 private:
  struct Free {
    void operator()(_xmlDoc* document) const;
  };
  bool check_octets(const DecodeLimits& limits);
  void parse(const DecodeLimits& limits);
  void unwrap();

  std::string_view xml_;
  std::unique_ptr<_xmlDoc, Free> tree_;
  const _xmlNode* message_ = nullptr;
  Problem problem_;
};

// "/Message/Report/LoadProfile/Meter[2]".
std::string path_of(const _xmlNode* node);

// Exclusive Canonical XML 1.0 without comments (W3C, 18 July 2002) of an element and all inside it.
// Empty when libxml2 has no memory.
std::string exclusive_c14n(const _xmlNode* element);

}  // namespace protocol::p32
