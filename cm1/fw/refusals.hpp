// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cm1/fw/platform.hpp"
#include "protocol/dlms/types.hpp"

namespace cm1::fw {

// What the module says in the meter's stead: whole wrapper messages, written into `out`.
inline constexpr std::size_t kMaxRefusal = 72;

// Writes the wrapper header in front of an APDU that is already in place.
void put_header(MutableBytes message, protocol::dlms::Sap source, protocol::dlms::Sap destination,
                std::size_t apdu_octets);

// The meter cannot be reached, or not by this connection. Silence would be allowed too, but would
// cost the head-end its whole response timeout, and it could not tell a silent meter from a lost
// radio link. The Green Book's ExceptionResponse (9.5) is what a server says to a request it cannot
// serve, so the module says "service not allowed, operation not possible". It is not ciphered: a
// client must take it as the end of the request and nothing more.
Bytes write_exception(protocol::dlms::Sap client, protocol::dlms::Sap server, MutableBytes out);

// AARE "rejected, transient": whoever has the association will let go of it. `aarq` says in which
// application context.
Bytes write_busy(protocol::dlms::Sap client, protocol::dlms::Sap server, Bytes aarq,
                 MutableBytes out);

}  // namespace cm1::fw
