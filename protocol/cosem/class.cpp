// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/cosem/class.hpp"

#include "protocol/axdr/cursor.hpp"

namespace protocol::cosem {

bool is_of_type(Tag type, Bytes value) {
  if (type == kChoice) return true;
  axdr::Cursor in(value);
  if (type == Tag::date_time) {
    static_cast<void>(in.date_time());
  } else if (in.peek() == type) {
    in.skip_value();
  } else {
    return false;
  }
  return in.at_end();
}

}  // namespace protocol::cosem
