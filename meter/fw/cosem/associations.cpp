// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/associations.hpp"

namespace meter::fw {

Associations::Associations(const Clients& clients, std::uint16_t max_pdu_octets,
                           CosemServer& server, HalCrypto& crypto, protocol::dlms::JoinBuffer& join)
    : clients_(clients),
      max_pdu_octets_(max_pdu_octets),
      server_(server),
      crypto_(crypto),
      sessions_{Session{kClientRoles[clients[0]], &join}, Session{kClientRoles[clients[1]], &join},
                Session{kClientRoles[clients[2]], &join},
                Session{kClientRoles[clients[3]], &join}} {}

std::size_t Associations::find(protocol::dlms::Sap client_sap) const {
  const ClientIndex client = client_of(client_sap);
  const auto at = std::find(clients_.begin(), clients_.end(), client);
  return client == kNoClient ? kClientsOfPort : static_cast<std::size_t>(at - clients_.begin());
}

std::size_t Associations::serve(protocol::dlms::Sap client_sap, Bytes apdu, MutableBytes room) {
  const std::size_t at = find(client_sap);
  if (at == kClientsOfPort || room.size() < kRoomOctets) return 0;
  Session& session = sessions_[at];
  protocol::Writer answer{room.first(kMaxAnswer_octets)};
  const protocol::dlms::ServerIdentity identity = server_.enter(
      {clients_[at], session.associated(), max_pdu_octets_, &transfers_[at], session.negotiated()});
  session.on_apdu(apdu, identity, server_, crypto_, room.subspan(kMaxAnswer_octets), answer);
  server_.leave();
  return answer.size();
}

void Associations::reset(protocol::dlms::Sap client_sap) {
  const std::size_t at = find(client_sap);
  if (at < kClientsOfPort) sessions_[at].reset();
}

void Associations::reset() {
  for (Session& session : sessions_) session.reset();
}

}  // namespace meter::fw
