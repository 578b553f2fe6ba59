// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/assert.hpp"

namespace protocol {

// Why a decode or a protocol step failed. Expected failures only: broken invariants assert.
enum class Error : unsigned char {
  truncated,     // the input ends inside an element
  malformed,     // an octet that the standard does not allow here
  unsupported,   // legal, but not implemented by this end
  too_long,      // exceeds the negotiated or the static limit
  no_space,      // the output buffer is too small
  bad_checksum,  // HCS or FCS
  bad_tag,       // authentication tag of a ciphered APDU
  replayed,      // invocation counter not above the last accepted one
  wrong_state,   // not legal in the current state of the engine
  refused,       // the peer said no
};

// The value or the reason it is not there. No exceptions, no heap: usable in firmware.
template <typename T>
class [[nodiscard]] Result {
 public:
  constexpr Result(T value) : value_(value), ok_(true) {}
  constexpr Result(Error error) : error_(error) {}

  constexpr bool ok() const { return ok_; }
  constexpr explicit operator bool() const { return ok_; }
  constexpr Error error() const {
    PROTOCOL_ASSERT(!ok_);
    return error_;
  }
  constexpr const T& value() const {
    PROTOCOL_ASSERT(ok_);
    return value_;
  }
  constexpr const T& operator*() const { return value(); }
  constexpr const T* operator->() const { return &value(); }

 private:
  T value_{};
  Error error_ = Error::malformed;
  bool ok_ = false;
};

const char* error_name(Error error);

}  // namespace protocol
