// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/core/slice.hpp"
#include "meter/fw/cosem/objects.hpp"

namespace meter::fw {

// What class 15 shows of one association.
struct AssociationView {
  ClientIndex client = kNoClient;  // whose association it is
  Fitting fitting;
  std::uint16_t max_pdu_octets = 0;
  bool associated = false;
};

// Attribute 2: what this client finds in the meter, with its rights. Several kilobytes, made anew
// for each block.
void put_object_list(const AssociationView& view, Slice& slice);
// Attributes 3 to 9.
inline constexpr std::size_t kMaxAssociationAttributeOctets = 64;
void put_association_attribute(const AssociationView& view, std::int8_t attribute,
                               protocol::Writer& out);

}  // namespace meter::fw
