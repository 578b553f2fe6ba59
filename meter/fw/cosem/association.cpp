// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/association.hpp"

#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/dlms/apdu.hpp"
#include "protocol/dlms/initiate.hpp"

namespace meter::fw {
namespace {

namespace axdr = protocol::axdr;
using protocol::Writer;
using protocol::cosem::obis;

// Object identifiers 2.16.756.5.8.1.x and 2.16.756.5.8.2.x, Green Book 9.4.2.2.
constexpr std::array<std::uint8_t, 7> kContextName{0x60, 0x85, 0x74, 0x05, 0x08, 0x01, 0x01};
constexpr std::array<std::uint8_t, 7> kMechanismName{0x60, 0x85, 0x74, 0x05, 0x08, 0x02, 0x00};
constexpr std::uint8_t kContextCiphered = 3;
constexpr std::uint8_t kAssociated = 2;
constexpr std::uint8_t kBufferAttribute = 2;
constexpr std::size_t kMaxObjectOctets = 160;  // class 83 with 14 attributes takes 119

void put_attribute_rights(const Object& object, ClientIndex client, Writer& out) {
  const ClassFacts facts = facts_of(object.class_id);
  axdr::begin_array(facts.attributes, out);
  for (std::uint8_t k = 1; k <= facts.attributes; ++k) {
    const auto attribute = static_cast<std::int8_t>(k);
    axdr::begin_structure(3, out);
    axdr::put_integer(attribute, out);
    axdr::put_enum(attribute_access(object, client, attribute), out);
    if (object.class_id == classes::ProfileGeneric::kId && k == kBufferAttribute) {
      axdr::begin_array(2, out);  // by range, by entry
      axdr::put_integer(1, out);
      axdr::put_integer(2, out);
    } else {
      axdr::put_null(out);
    }
  }
}

void put_object(const Object& object, ClientIndex client, Writer& out) {
  const ClassFacts facts = facts_of(object.class_id);
  axdr::begin_structure(4, out);
  axdr::put_long_unsigned(static_cast<std::uint16_t>(object.class_id), out);
  axdr::put_unsigned(facts.version, out);
  axdr::put_octet_string(object.obis.octets, out);
  axdr::begin_structure(2, out);
  put_attribute_rights(object, client, out);
  axdr::begin_array(facts.methods, out);
  for (std::uint8_t k = 1; k <= facts.methods; ++k) {
    const auto method = static_cast<std::int8_t>(k);
    axdr::begin_structure(2, out);
    axdr::put_integer(method, out);
    axdr::put_enum(method_access(object, client, method) ? 1 : 0, out);
  }
}

bool listed(const Object& object, const AssociationView& view) {
  return fitted(object, view.fitting) && visible(object, view.client);
}

void put_xdlms_context(const AssociationView& view, Writer& out) {
  namespace conformance = protocol::dlms::conformance;
  // Our sessions have no buffer for long SET and long ACTION.
  std::uint32_t offered =
      conformance::kOffered & ~(conformance::kBlockSet | conformance::kBlockAction);
  if (!kClientRoles[view.client].ciphered) offered &= ~conformance::kGeneralProtection;
  const std::array<std::uint8_t, 3> bits{static_cast<std::uint8_t>(offered >> 16),
                                         static_cast<std::uint8_t>(offered >> 8),
                                         static_cast<std::uint8_t>(offered)};
  axdr::begin_structure(6, out);
  axdr::put_bit_string(bits, 24, out);
  axdr::put_long_unsigned(view.max_pdu_octets, out);
  axdr::put_long_unsigned(view.max_pdu_octets, out);
  axdr::put_unsigned(protocol::dlms::kDlmsVersion, out);
  axdr::put_integer(0, out);  // quality of service
  axdr::put_octet_string({}, out);
}

}  // namespace

void put_object_list(const AssociationView& view, Slice& slice) {
  std::size_t count = 0;
  for (const Object& object : objects()) count += listed(object, view) ? 1 : 0;
  std::array<std::uint8_t, kMaxObjectOctets> octets;
  Writer head{octets};
  axdr::begin_array(count, head);
  slice.put(head.written());
  for (const Object& object : objects()) {
    if (slice.full()) return;
    if (!listed(object, view)) continue;
    Writer writer{octets};
    put_object(object, view.client, writer);
    PROTOCOL_ASSERT(writer.ok());
    slice.put(writer.written());
  }
}

void put_association_attribute(const AssociationView& view, std::int8_t attribute, Writer& out) {
  PROTOCOL_ASSERT(view.client < kNoClient);
  const protocol::dlms::ClientRole& role = kClientRoles[view.client];
  std::array<std::uint8_t, 7> name;
  switch (attribute) {
    case 3:
      axdr::begin_structure(2, out);
      axdr::put_integer(static_cast<std::int8_t>(role.sap), out);
      return axdr::put_long_unsigned(protocol::dlms::kManagementDevice, out);
    case 4:
      name = kContextName;
      if (role.ciphered) name.back() = kContextCiphered;
      return axdr::put_octet_string(name, out);
    case 5:
      return put_xdlms_context(view, out);
    case 6:
      name = kMechanismName;
      name.back() = static_cast<std::uint8_t>(role.authentication);
      return axdr::put_octet_string(name, out);
    case 8:
      return axdr::put_enum(view.associated ? kAssociated : 0, out);
    default:
      return axdr::put_octet_string(obis(0, 0, 43, 0, key_set_of(view.client)).octets, out);
  }
}

}  // namespace meter::fw
