// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/bytes.hpp"

namespace protocol::dlms {

// DataBlock-SA: one block of a long SET or ACTION.
struct DataBlock {
  bool last = false;
  std::uint32_t number = 0;
  Bytes raw;
};
inline DataBlock take_block(Reader& in) {
  DataBlock block;
  block.last = in.u8() != 0;
  block.number = in.u32();
  block.raw = axdr::take_octets(in);
  return block;
}
inline void put_block(const DataBlock& block, Writer& out) {
  out.u8(block.last ? 1 : 0);
  out.u32(block.number);
  axdr::put_octets(block.raw, out);
}

// The most raw data a block can carry in `space` octets when its head takes `head` octets and the
// length of the raw data.
constexpr std::size_t max_raw_octets(std::size_t space, std::size_t head) {
  const std::size_t room = space > head + 1 ? space - head - 1 : 0;
  if (room < 0x80) return room;
  if (room - 1 < 0x100) return room - 1 < 0x80 ? 0x7F : room - 1;
  return room - 2 < 0x100 ? 0xFF : room - 2;
}

// SEQUENCE OF: the items one after the other, checked when decoded.
struct List {
  std::size_t count = 0;
  Bytes items;
};
inline void put_list(const List& list, Writer& out) {
  axdr::put_length(list.count, out);
  out.bytes(list.items);
}
// `step(in)` reads one item; an item is at least one octet, so the count bounds itself.
template <typename Step>
List take_list(Reader& in, Step step) {
  List list;
  list.count = axdr::take_length(in);
  const Bytes from = in.rest();
  const std::size_t start = in.position();
  for (std::size_t i = 0; i < list.count && in.ok(); ++i) step(in);
  if (in.ok()) list.items = from.first(in.position() - start);
  return list;
}

// One A-XDR value; fails the reader when there is none.
inline Bytes take_value(Reader& in) {
  const Result<Bytes> value = axdr::first_value(in.rest());
  return in.take(value.ok() ? value->size() : in.remaining() + 1);
}

}  // namespace protocol::dlms
