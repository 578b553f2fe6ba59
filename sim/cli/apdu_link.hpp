// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/socket.hpp"
#include "protocol/bytes.hpp"
#include "protocol/dlms/types.hpp"

namespace sim::cli {

// Carries APDUs between a client address and the meter, over either of the two TCP profiles.
class ApduLink {
 public:
  virtual ~ApduLink() = default;
  // Opens the link of a client address; any link opened before is closed.
  virtual void open(protocol::dlms::Sap client) = 0;
  // One APDU there, one back. Throws std::runtime_error when none comes in time.
  virtual std::vector<std::uint8_t> exchange(protocol::Bytes apdu) = 0;
  virtual void close() = 0;
};

std::unique_ptr<ApduLink> make_wrapper_link(net::Socket& socket, protocol::dlms::Sap server,
                                            std::int64_t timeout_ms);
std::unique_ptr<ApduLink> make_hdlc_link(net::Socket& socket, protocol::dlms::Sap server,
                                         std::int64_t timeout_ms);

}  // namespace sim::cli
