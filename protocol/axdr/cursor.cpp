// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/axdr/cursor.hpp"

#include "protocol/axdr/compact_array.hpp"

namespace protocol::axdr {
namespace {

constexpr int kVariable = -1;
constexpr int kUnknown = -2;

// Octets of a value behind its tag.
constexpr int content_octets(Tag tag) {
  switch (tag) {
    case Tag::null_data:
    case Tag::dont_care:
      return 0;
    case Tag::boolean:
    case Tag::bcd:
    case Tag::integer:
    case Tag::unsigned_:
    case Tag::enum_:
      return 1;
    case Tag::long_:
    case Tag::long_unsigned:
      return 2;
    case Tag::time:
    case Tag::double_long:
    case Tag::double_long_unsigned:
    case Tag::float32:
      return 4;
    case Tag::date:
      return 5;
    case Tag::long64:
    case Tag::long64_unsigned:
    case Tag::float64:
      return 8;
    case Tag::date_time:
      return 12;
    case Tag::array:
    case Tag::structure:
    case Tag::bit_string:
    case Tag::octet_string:
    case Tag::visible_string:
    case Tag::utf8_string:
      return kVariable;
    case Tag::compact_array:
      return kUnknown;  // its type description nests
  }
  return kUnknown;
}

std::uint64_t big_endian(Bytes octets) {
  std::uint64_t value = 0;
  for (const std::uint8_t octet : octets) value = (value << 8) | octet;
  return value;
}

}  // namespace

std::size_t take_length(Reader& in) {
  const std::uint8_t first = in.u8();
  if (first < 0x80) return first;
  const std::size_t octets = first & 0x7F;
  if (octets == 0 || octets > 4) {
    in.skip(in.remaining() + 1);  // no such length: nothing behind it can be read
    return 0;
  }
  return static_cast<std::size_t>(big_endian(in.take(octets)));
}

void skip_scalar(Tag tag, Reader& in) {
  const int octets = content_octets(tag);
  if (octets >= 0) return in.skip(static_cast<std::size_t>(octets));
  const bool variable = octets == kVariable && tag != Tag::array && tag != Tag::structure;
  if (!variable) return in.skip(in.remaining() + 1);
  const std::size_t n = take_length(in);
  in.skip(tag == Tag::bit_string ? (n + 7) / 8 : n);
}

Bytes take_octets(Reader& in) { return in.take(take_length(in)); }

void Cursor::fail(Error error) {
  if (ok()) error_ = static_cast<int>(error);
}

Error Cursor::error() const {
  PROTOCOL_ASSERT(!ok());
  return static_cast<Error>(error_);
}

Value Cursor::next() {
  Value value;
  if (!ok()) return value;
  value.tag = static_cast<Tag>(in_.u8());
  value.depth = depth_;
  const int octets = content_octets(value.tag);
  if (octets >= 0) {
    value.content = in_.take(static_cast<std::size_t>(octets));
  } else if (value.tag == Tag::compact_array) {
    const Bytes from = in_.rest();
    skip_compact_array(in_);
    if (in_.ok()) value.content = from.first(from.size() - in_.remaining());
  } else if (octets == kUnknown) {
    fail(Error::unsupported);
  } else {
    value.count = static_cast<std::uint32_t>(take_length(in_));
    if (value.is_container()) {
      if (value.count > in_.remaining())
        fail(Error::truncated);  // an element has one octet or more
      if (depth_ == kMaxDepth) fail(Error::too_long);
    } else if (value.tag == Tag::bit_string) {
      value.content = in_.take((std::size_t{value.count} + 7) / 8);
    } else {
      value.content = in_.take(value.count);
    }
  }
  if (!in_.ok()) fail(Error::truncated);
  if (!ok()) return {};
  if (depth_ > 0) --left_[depth_ - 1u];
  if (value.is_container()) left_[depth_++] = value.count;
  while (depth_ > 0 && left_[depth_ - 1u] == 0) --depth_;
  return value;
}

Bytes Cursor::take_value() {
  const std::uint8_t depth = depth_;
  const Bytes from = in_.rest();
  const std::size_t start = in_.position();
  next();
  while (ok() && depth_ > depth) next();
  return ok() ? from.first(in_.position() - start) : Bytes{};
}

Value Cursor::of_type(Tag tag) {
  const Value value = next();
  if (value.tag != tag) fail(Error::malformed);
  return ok() ? value : Value{};
}

void Cursor::structure(std::uint32_t n) {
  if (structure() != n) fail(Error::malformed);
}
std::uint32_t Cursor::structure() { return of_type(Tag::structure).count; }
std::uint32_t Cursor::array() { return of_type(Tag::array).count; }

std::uint64_t Cursor::unsigned_number() {
  const Value value = next();
  switch (value.tag) {
    case Tag::unsigned_:
    case Tag::long_unsigned:
    case Tag::double_long_unsigned:
    case Tag::long64_unsigned:
    case Tag::enum_:
      return big_endian(value.content);
    default:
      fail(Error::malformed);
      return 0;
  }
}

std::int64_t Cursor::number() {
  const Value value = next();
  const std::uint64_t raw = big_endian(value.content);
  switch (value.tag) {
    case Tag::integer:
      return static_cast<std::int8_t>(raw);
    case Tag::long_:
      return static_cast<std::int16_t>(raw);
    case Tag::double_long:
      return static_cast<std::int32_t>(raw);
    case Tag::long64:
      return static_cast<std::int64_t>(raw);
    case Tag::unsigned_:
    case Tag::long_unsigned:
    case Tag::double_long_unsigned:
    case Tag::enum_:
      return static_cast<std::int64_t>(raw);
    case Tag::long64_unsigned:
      if (raw > INT64_MAX) fail(Error::too_long);
      return ok() ? static_cast<std::int64_t>(raw) : 0;
    default:
      fail(Error::malformed);
      return 0;
  }
}

std::uint8_t Cursor::enumeration() {
  return static_cast<std::uint8_t>(big_endian(of_type(Tag::enum_).content));
}
bool Cursor::boolean() { return big_endian(of_type(Tag::boolean).content) != 0; }
Bytes Cursor::octet_string() { return of_type(Tag::octet_string).content; }

Bytes Cursor::text() {
  const Value value = next();
  if (value.tag != Tag::visible_string && value.tag != Tag::utf8_string) fail(Error::malformed);
  return ok() ? value.content : Bytes{};
}

Bytes Cursor::date_time() {
  const Value value = next();
  const bool right_type = value.tag == Tag::octet_string || value.tag == Tag::date_time;
  if (!right_type || value.content.size() != 12) fail(Error::malformed);
  return ok() ? value.content : Bytes{};
}

Result<Bytes> first_value(Bytes bytes) {
  Cursor cursor(bytes);
  const Bytes value = cursor.take_value();
  if (!cursor.ok()) return cursor.error();
  return value;
}

bool is_one_value(Bytes bytes) {
  const Result<Bytes> first = first_value(bytes);
  return first.ok() && first->size() == bytes.size();
}

}  // namespace protocol::axdr
