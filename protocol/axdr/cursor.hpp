// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "protocol/axdr/tag.hpp"
#include "protocol/bytes.hpp"

namespace protocol::axdr {

// The deepest COSEM value in use, the object list of an association, nests 6 deep.
inline constexpr std::size_t kMaxDepth = 12;

// One element: a scalar with its octets, or the head of an array or structure.
struct Value {
  Tag tag = Tag::null_data;
  // Octets behind tag and length; empty for array and structure. Of a compact-array all behind its
  // tag: it counts as one element, see compact_array.hpp.
  Bytes content;
  std::uint32_t count = 0;  // elements of an array or structure, bits of a bit-string
  std::uint8_t depth = 0;   // containers around it

  bool is_container() const { return tag == Tag::array || tag == Tag::structure; }
};

// Length as put_length() writes it. Indefinite and oversized lengths fail.
std::size_t take_length(Reader& in);
// An OCTET STRING inside an APDU.
Bytes take_octets(Reader& in);

// Steps over what stands behind the tag of a scalar; fails the reader when it is none.
void skip_scalar(Tag tag, Reader& in);

// Walks A-XDR values element by element, depth first, without recursion. After a failed step every
// further one fails too: read a whole structure, then check ok() once.
class Cursor {
 public:
  explicit Cursor(Bytes bytes) : in_(bytes) {}

  // The next element, whatever it is.
  Value next();
  // Steps over one element with everything inside; its octets, type tag included.
  Bytes take_value();
  void skip_value() { static_cast<void>(take_value()); }

  // Typed steps: any other type fails.
  void structure(std::uint32_t n);  // exactly n elements
  std::uint32_t structure();
  std::uint32_t array();
  std::uint64_t unsigned_number();  // unsigned of any width, and enum
  std::int64_t number();            // integer of any width and sign that fits
  std::uint8_t enumeration();
  bool boolean();
  Bytes octet_string();
  Bytes text();  // visible-string or utf8-string
  // The 12 octets of a date-time, as octet-string or as the date-time type.
  Bytes date_time();

  Tag peek() const { return static_cast<Tag>(in_.peek()); }
  bool ok() const { return error_ == kNone; }
  bool at_end() const { return ok() && in_.at_end() && depth_ == 0; }
  std::size_t position() const { return in_.position(); }
  Bytes rest() const { return ok() ? in_.rest() : Bytes{}; }
  // Only after a failure.
  Error error() const;

 private:
  static constexpr int kNone = -1;

  void fail(Error error);
  Value of_type(Tag tag);

  Reader in_;
  std::array<std::uint32_t, kMaxDepth> left_{};  // elements still to come in each open container
  std::uint8_t depth_ = 0;
  int error_ = kNone;
};

// Octets of the value at the front of `bytes`; `bytes` may go on behind it.
Result<Bytes> first_value(Bytes bytes);
// True when `bytes` is exactly one well-formed value.
bool is_one_value(Bytes bytes);

}  // namespace protocol::axdr
