// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.4.4.
struct AssociationLn {
  static constexpr ClassId kId{15};
  static constexpr std::uint8_t kVersion = 1;
  static constexpr const char* kName = "association LN";
  enum AttributeIndex : std::int8_t {
    kObjectList = 2,
    kAssociatedPartnersId,
    kApplicationContextName,
    kXdlmsContextInfo,
    kAuthenticationMechanismName,
    kSecret,
    kAssociationStatus,
    kSecuritySetupReference
  };
  enum MethodIndex : std::int8_t {
    kReplyToHlsAuthentication = 1,
    kChangeHlsSecret,
    kAddObject,
    kRemoveObject
  };
  static constexpr AttributeFacts kAttributes[] = {
      {kObjectList, "object_list", Tag::array, Right::read},
      {kAssociatedPartnersId, "associated_partners_id", Tag::structure, Right::read},
      {kApplicationContextName, "application_context_name", kChoice, Right::read},
      {kXdlmsContextInfo, "xdlms_context_info", Tag::structure, Right::read},
      {kAuthenticationMechanismName, "authentication_mechanism_name", kChoice, Right::read},
      {kSecret, "secret", Tag::octet_string, Right::read_write},
      {kAssociationStatus, "association_status", Tag::enum_, Right::read},
      {kSecuritySetupReference, "security_setup_reference", Tag::octet_string, Right::read_write},
  };
  static constexpr MethodFacts kMethods[] = {
      {kReplyToHlsAuthentication, "reply_to_hls_authentication", kChoice},  // judged by the session
      {kChangeHlsSecret, "change_hls_secret", Tag::octet_string},
      {kAddObject, "add_object", Tag::structure},
      {kRemoveObject, "remove_object", Tag::structure},
  };
};

// The front of an element of the object list; access_rights follow. What cannot be read fails the
// cursor; a name of other than 6 octets reads as zeros.
struct ListedObject {
  ClassId class_id{};
  std::uint8_t version = 0;
  Obis name;
};
inline ListedObject take_listed_object(axdr::Cursor& in) {
  ListedObject object;
  in.structure(4);
  object.class_id = static_cast<ClassId>(in.unsigned_number());
  object.version = static_cast<std::uint8_t>(in.unsigned_number());
  const Bytes name = in.octet_string();
  if (name.size() != object.name.octets.size()) return object;
  std::copy(name.begin(), name.end(), object.name.octets.begin());
  return object;
}

}  // namespace protocol::cosem::classes
