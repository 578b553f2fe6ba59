// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/behaviour.hpp"
#include "meter/fw/cosem/object_rows.hpp"

namespace meter::fw {
namespace {

using classes::DisconnectControl;
using classes::ScriptTable;

// A script of one action.
struct Script {
  std::uint8_t service;
  ClassId class_id;
  Obis instance;
  std::int8_t index;
};
void put_head(std::uint16_t selector, const Script& script, Writer& out) {
  axdr::begin_structure(2, out);
  axdr::put_long_unsigned(selector, out);
  axdr::begin_array(1, out);
  axdr::begin_structure(5, out);
  axdr::put_enum(script.service, out);
  axdr::put_long_unsigned(static_cast<std::uint16_t>(script.class_id), out);
  axdr::put_octet_string(script.instance.octets, out);
  axdr::put_integer(script.index, out);
}

// Script n puts rate n in force; clients see what it does, the calendar does it.
void put_tariff(std::uint8_t rate, Writer& out) {
  put_head(
      rate,
      {classes::kScriptWrites, classes::Data::kId, classes::kActiveRate, classes::Data::kValue},
      out);
  axdr::put_unsigned(rate, out);
}
void put_disconnect(std::uint8_t selector, Writer& out) {
  const bool disconnects = selector == classes::kScriptDisconnects;
  put_head(
      selector,
      {classes::kScriptExecutes, DisconnectControl::kId, kDisconnectorName,
       disconnects ? DisconnectControl::kRemoteDisconnect : DisconnectControl::kRemoteReconnect},
      out);
  axdr::put_integer(0, out);
}

void put_activate(Writer& out) {
  using classes::ImageTransfer;
  put_head(classes::kScriptActivatesImage,
           {classes::kScriptExecutes, ImageTransfer::kId, classes::kImageTransferName,
            ImageTransfer::kImageActivate},
           out);
  axdr::put_integer(0, out);
}
std::uint8_t scripts_of(std::uint8_t table) {
  switch (table) {
    case kTariffScriptTable:
      return kRates;
    case kDisconnectScriptTable:
      return kLimitActions - 1;
    case kImageScriptTable:
      return 1;
  }
  return 0;
}

}  // namespace

template <>
void Behaviour<ScriptTable>::get(const Context&, const Object& object, std::int8_t,
                                 Answer& answer) {
  const std::uint8_t n = scripts_of(object.which);
  std::array<std::uint8_t, 40> octets;
  Writer head{octets};
  axdr::begin_array(n, head);
  answer.slice.put(head.written());
  for (std::uint8_t selector = 1; selector <= n; ++selector) {
    Writer out{octets};
    if (object.which == kTariffScriptTable) {
      put_tariff(selector, out);
    } else if (object.which == kDisconnectScriptTable) {
      put_disconnect(selector, out);
    } else {
      put_activate(out);
    }
    answer.slice.put(out.written());
  }
}

// Rows grant it for the disconnector's table and that of images.
template <>
AccessResult Behaviour<ScriptTable>::act(Context& context, const Object& object, std::int8_t,
                                         Bytes parameter) {
  const std::uint64_t selector = axdr::Cursor(parameter).unsigned_number();
  if (object.which == kImageScriptTable) {
    return selector == classes::kScriptActivatesImage ? image_does(context.parts)
                                                      : AccessResult::object_unavailable;
  }
  switch (selector) {
    case classes::kScriptDisconnects:
      return disconnector_does(context.parts, RelayCause::remote_disconnect);
    case classes::kScriptReconnects:
      return disconnector_does(context.parts, RelayCause::remote_reconnect);
    default:
      return AccessResult::object_unavailable;
  }
}

}  // namespace meter::fw
