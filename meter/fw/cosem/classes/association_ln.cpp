// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <bit>

#include "meter/fw/cosem/behaviour.hpp"
#include "protocol/dlms/apdu.hpp"
#include "protocol/dlms/initiate.hpp"

namespace meter::fw {
namespace {

using classes::AssociationLn;
using protocol::cosem::obis;

// Object identifiers 2.16.756.5.8.1.x and 2.16.756.5.8.2.x, Green Book 9.4.2.2.
constexpr std::array<std::uint8_t, 7> kContextName{0x60, 0x85, 0x74, 0x05, 0x08, 0x01, 0x01};
constexpr std::array<std::uint8_t, 7> kMechanismName{0x60, 0x85, 0x74, 0x05, 0x08, 0x02, 0x00};
constexpr std::uint8_t kContextCiphered = 3;
constexpr std::uint8_t kAssociated = 2;
constexpr std::size_t kMaxObjectOctets = 160;  // class 83 with 14 attributes takes 119

// Octets of an entry: its head, 7 an attribute and 5 more for one with selectors, 6 a method.
std::size_t entry_octets(const ServedClass& served) {
  return 21u + 7u * served.attributes + 5u * std::popcount(served.selective) + 6u * served.methods;
}

void put_object(const Object& object, const Rights& rights, Writer& out) {
  const ServedClass& served = object.served();
  axdr::begin_structure(4, out);
  axdr::put_long_unsigned(static_cast<std::uint16_t>(served.id), out);
  axdr::put_unsigned(served.version, out);
  axdr::put_octet_string(object.obis.octets, out);
  axdr::begin_structure(2, out);
  axdr::begin_array(served.attributes, out);
  for (std::int8_t k = 1; k <= served.attributes; ++k) {
    const int access_mode =
        (includes(rights.readable, k) ? 1 : 0) + (includes(rights.writable, k) ? 2 : 0);
    axdr::begin_structure(3, out);
    axdr::put_integer(k, out);
    axdr::put_enum(static_cast<std::uint8_t>(access_mode), out);
    if (includes(served.selective, k)) {
      axdr::begin_array(2, out);  // by range, by entry
      axdr::put_integer(1, out);
      axdr::put_integer(2, out);
    } else {
      axdr::put_null(out);
    }
  }
  axdr::begin_array(served.methods, out);
  for (std::int8_t k = 1; k <= served.methods; ++k) {
    axdr::begin_structure(2, out);
    axdr::put_integer(k, out);
    axdr::put_enum(includes(rights.callable, k) ? 1 : 0, out);
  }
}

// What this client finds in the meter, with its rights. Several kilobytes: a block passes over what
// was in the blocks before it without making it.
void put_object_list(const Context& context, ClientIndex client, Slice& slice) {
  const Fitting fitting = context.fitting();
  const auto is_listed = [&](const Object& object) {
    return fitted(object, fitting) && rights_of(object, client).readable != 0;
  };
  std::array<std::uint8_t, kMaxObjectOctets> octets;
  Writer head{octets};
  const auto all = objects();
  axdr::begin_array(static_cast<std::size_t>(std::count_if(all.begin(), all.end(), is_listed)),
                    head);
  slice.put(head.written());
  std::uint32_t made = 0;
  for (const Object& object : all) {
    if (slice.full()) break;
    if (!is_listed(object)) continue;
    const std::size_t entry = entry_octets(object.served());
    if (entry <= slice.to_skip()) {
      slice.skip(entry);
      continue;
    }
    Writer writer{octets};
    put_object(object, rights_of(object, client), writer);
    PROTOCOL_ASSERT(writer.ok() && writer.size() == entry);
    slice.put(writer.written());
    ++made;
  }
  context.parts.core.hal.work(METER_WORK_LIST_ENTRY, made);
}

// What was negotiated in the current association; of another one, what it would be offered.
void put_xdlms_context(const Visit& visit, ClientIndex client, Writer& out) {
  namespace conformance = protocol::dlms::conformance;
  std::uint32_t services = conformance::kOffered;
  if (!kClientRoles[client].ciphered) services &= ~conformance::kGeneralProtection;
  const bool current = visit.associated && client == visit.client;
  if (current) services = visit.negotiated.conformance;
  const std::array<std::uint8_t, 3> bits{static_cast<std::uint8_t>(services >> 16),
                                         static_cast<std::uint8_t>(services >> 8),
                                         static_cast<std::uint8_t>(services)};
  axdr::begin_structure(6, out);
  axdr::put_bit_string(bits, 24, out);
  axdr::put_long_unsigned(visit.max_pdu_octets, out);
  axdr::put_long_unsigned(current ? visit.negotiated.client_pdu_octets : visit.max_pdu_octets, out);
  axdr::put_unsigned(protocol::dlms::kDlmsVersion, out);
  axdr::put_integer(0, out);  // quality of service
  axdr::put_octet_string({}, out);
}

}  // namespace

template <>
void Behaviour<AssociationLn>::get(const Context& context, const Object& object,
                                   std::int8_t attribute, Answer& answer) {
  const Visit& visit = context.visit;
  const auto client =
      object.which == kNoClient ? visit.client : static_cast<ClientIndex>(object.which);
  PROTOCOL_ASSERT(client < kNoClient);
  const protocol::dlms::ClientRole& role = kClientRoles[client];
  Writer& out = answer.value;
  std::array<std::uint8_t, 7> name;
  switch (attribute) {
    case AssociationLn::kObjectList:
      return put_object_list(context, client, answer.slice);
    case AssociationLn::kAssociatedPartnersId:
      axdr::begin_structure(2, out);
      axdr::put_integer(static_cast<std::int8_t>(role.sap), out);
      return axdr::put_long_unsigned(protocol::dlms::kManagementDevice, out);
    case AssociationLn::kApplicationContextName:
      name = kContextName;
      if (role.ciphered) name.back() = kContextCiphered;
      return axdr::put_octet_string(name, out);
    case AssociationLn::kXdlmsContextInfo:
      return put_xdlms_context(visit, client, out);
    case AssociationLn::kAuthenticationMechanismName:
      name = kMechanismName;
      name.back() = static_cast<std::uint8_t>(role.authentication);
      return axdr::put_octet_string(name, out);
    case AssociationLn::kAssociationStatus: {
      const bool associated = visit.associated && client == visit.client;
      return axdr::put_enum(associated ? kAssociated : 0, out);
    }
    case AssociationLn::kSecuritySetupReference:
      return axdr::put_octet_string(obis(0, 0, 43, 0, key_set_of(client)).octets, out);
  }
}

// reply_to_HLS_authentication is the session's; here it comes out of place.
template <>
AccessResult Behaviour<AssociationLn>::act(Context&, const Object&, std::int8_t, Bytes) {
  return AccessResult::read_write_denied;
}

}  // namespace meter::fw
