// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/types.hpp"

namespace protocol::dlms {

// What a refused GET tells for good (data-access-result, Green Book 9.5); a fault or a lack of time
// tells nothing, and is asked again.

// There is no such object, or it is not for this client.
constexpr bool is_not_there(cosem::AccessResult result) {
  using cosem::AccessResult;
  return result == AccessResult::object_undefined || result == AccessResult::object_unavailable ||
         result == AccessResult::object_class_inconsistent ||
         result == AccessResult::read_write_denied;
}

// The object is there and does not select by what was asked. Meters in the field say it in several
// ways.
constexpr bool is_not_selectable(cosem::AccessResult result) {
  using cosem::AccessResult;
  return result == AccessResult::type_unmatched ||
         result == AccessResult::scope_of_access_violated || result == AccessResult::other_reason;
}

}  // namespace protocol::dlms
