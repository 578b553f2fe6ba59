// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/cosem/server.hpp"

namespace meter::fw {

// The associations on one port: a session and a block transfer for each client it lets in. What
// carries the APDUs, HDLC or PRIME, is the port's business.
class Associations {
 public:
  static constexpr std::size_t kClientsOfPort = 4;
  using Clients = std::array<ClientIndex, kClientsOfPort>;

  Associations(const Clients& clients, std::uint16_t max_pdu_octets, CosemServer& server,
               HalCrypto& crypto, protocol::dlms::JoinBuffer& join);

  bool knows(protocol::dlms::Sap client_sap) const { return find(client_sap) < kClientsOfPort; }
  // One APDU and its answer, in front in `room`; scratch for deciphering lies behind it. Returns
  // the answer's length, 0: none.
  static constexpr std::size_t kRoomOctets = kMaxAnswer_octets + kMaxPdu_octets;
  std::size_t serve(protocol::dlms::Sap client_sap, Bytes apdu, MutableBytes room);
  // The link below is gone.
  void reset(protocol::dlms::Sap client_sap);
  void reset();

 private:
  using Session = protocol::dlms::ServerSession;
  std::size_t find(protocol::dlms::Sap client_sap) const;

  Clients clients_;
  std::uint16_t max_pdu_octets_;
  CosemServer& server_;
  HalCrypto& crypto_;
  std::array<Session, kClientsOfPort> sessions_;
  std::array<Transfer, kClientsOfPort> transfers_{};
};

}  // namespace meter::fw
