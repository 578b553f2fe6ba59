// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Every decoder over hostile octets. What decodes must encode, decode again and encode to the same
// octets; A-XDR must be walked the same way by element and by value.
#include <array>
#include <cstdlib>
#include <cstring>

#include "protocol/axdr/cursor.hpp"
#include "protocol/dlms/acse.hpp"
#include "protocol/dlms/ciphering.hpp"
#include "protocol/dlms/exception.hpp"
#include "protocol/dlms/initiate.hpp"
#include "protocol/dlms/server.hpp"
#include "protocol/dlms/services.hpp"

namespace {

using namespace protocol;
using namespace protocol::dlms;

void require(bool condition) {
  if (!condition) std::abort();
}

bool same(Bytes a, Bytes b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

using Buffer = std::array<std::uint8_t, 8192>;

template <typename Decode>
void stable(Bytes input, Decode decode) {
  const auto value = decode(input);
  if (!value) return;
  static Buffer first, second;
  Writer once(first);
  encode(*value, once);
  require(once.ok());
  const auto again = decode(once.written());
  require(again.ok());
  Writer twice(second);
  encode(*again, twice);
  require(same(once.written(), twice.written()));
}

void walk(Bytes input) {
  axdr::Cursor cursor(input);
  while (cursor.ok() && !cursor.at_end()) cursor.next();
  axdr::Cursor by_value(input);
  while (by_value.ok() && !by_value.at_end()) by_value.skip_value();
  require(cursor.ok() == by_value.ok() && cursor.at_end() == by_value.at_end());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  if (input.size() > 4096) return 0;
  stable(input, decode_aarq);
  stable(input, decode_aare);
  stable(input, decode_initiate_request);
  stable(input, decode_initiate_response);
  stable(input, decode_get_request);
  stable(input, decode_get_response);
  stable(input, decode_set_request);
  stable(input, decode_set_response);
  stable(input, decode_action_request);
  stable(input, decode_action_response);
  stable(input, decode_exception_response);
  stable(input, decode_confirmed_service_error);
  static_cast<void>(decode_rlrq(input));
  static_cast<void>(decode_rlre(input));
  static_cast<void>(decode_ciphered(input));
  static_cast<void>(sender_of_general_glo(input));
  static_cast<void>(decode_notification(input));
  static_cast<void>(decode_selection({true, 1, input}));
  static_cast<void>(decode_selection({true, 2, input}));
  static_cast<void>(cosem::decode_date_time(input));
  walk(input);
  return 0;
}
