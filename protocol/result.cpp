// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/result.hpp"

namespace protocol {

const char* error_name(Error error) {
  switch (error) {
    case Error::truncated:
      return "truncated";
    case Error::malformed:
      return "malformed";
    case Error::unsupported:
      return "unsupported";
    case Error::too_long:
      return "too long";
    case Error::no_space:
      return "no space";
    case Error::bad_checksum:
      return "bad checksum";
    case Error::bad_tag:
      return "bad authentication tag";
    case Error::replayed:
      return "replayed";
    case Error::wrong_state:
      return "wrong state";
    case Error::refused:
      return "refused";
  }
  return "unknown";
}

}  // namespace protocol
