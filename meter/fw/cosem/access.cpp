// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/access.hpp"

#include "meter/fw/cosem/object_rows.hpp"

namespace meter::fw {

Rights rights_of(const Object& object, ClientIndex client) {
  if (client >= kNoClient) return {};
  const Grants& grants = kGrants[object.grants];
  const auto are = [client](ClientMask clients) { return (clients >> client & 1u) != 0; };
  const auto attributes = static_cast<IndexMask>((1u << object.served().attributes) - 1);
  Rights rights;
  if (are(grants.visitors)) rights.readable = grants.open;
  if (are(grants.readers)) rights.readable = grants.readable & attributes;
  if (are(grants.writers)) rights.writable = grants.writable;
  if (are(grants.callers)) rights.callable = grants.callable;
  return rights;
}

}  // namespace meter::fw
