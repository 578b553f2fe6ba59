// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/display_rows.hpp"

#include <algorithm>

#include "protocol/axdr/exactly.hpp"

namespace meter::fw {
namespace {

// What belongs to electricity has A = 1; C from 94 on and 0.0.x is abstract, time and revision
// among what a meter shows are electricity's, too (Blue Book 6.3).
constexpr std::uint8_t kFirstAbstract = 94;

Obis name_of(const ItemCode& code) {
  return protocol::cosem::obis(code.c < kFirstAbstract ? 1 : 0, 0, code.c, code.d, code.e);
}
bool code_of(Bytes name, ItemCode& code) {
  if (name.size() != 6) return false;
  code = {name[2], name[3], name[4]};
  const Obis whole = name_of(code);
  return std::equal(name.begin(), name.end(), whole.octets.begin());
}

AccessResult stored(Core& core, const DisplaySetup& next) {
  if (!is_sensible(next, core.n_elements)) return AccessResult::other_reason;
  if (!store_display_setup(core, next)) return AccessResult::hardware_fault;
  return AccessResult::success;
}
AccessResult stored_and_noted(Core& core, const DisplaySetup& next) {
  const AccessResult result = stored(core, next);
  if (result == AccessResult::success) core.note(EventCode::parameters_changed);
  return result;
}

}  // namespace

void put_display_behaviour(const Core& core, std::uint8_t, Writer& out) {
  const DisplaySetup setup = display_setup(core);
  axdr::begin_structure(4, out);
  axdr::put_unsigned(setup.scroll_s, out);
  axdr::put_unsigned(setup.return_s, out);
  axdr::put_enum(static_cast<std::uint8_t>(setup.backlight), out);
  axdr::put_unsigned(setup.backlight_s, out);
}

AccessResult take_display_behaviour(Core& core, Bytes value) {
  DisplaySetup next = display_setup(core);
  axdr::Cursor in(value);
  const auto number = [&in] {
    return static_cast<std::uint8_t>(axdr::take_exactly(axdr::Tag::unsigned_, in));
  };
  in.structure(4);
  next.scroll_s = number();
  next.return_s = number();
  next.backlight = static_cast<Backlight>(in.enumeration());
  next.backlight_s = number();
  return in.at_end() ? stored_and_noted(core, next) : AccessResult::type_unmatched;
}

void put_display_list(const Core& core, std::uint8_t list, Writer& out) {
  const DisplaySetup setup = display_setup(core);
  const DisplayList& shown = setup.lists[list];
  axdr::begin_array(shown.n, out);
  for (std::size_t k = 0; k < shown.n; ++k) {
    axdr::begin_structure(2, out);
    axdr::put_octet_string(name_of(code_of(shown.items[k].item)).octets, out);
    axdr::put_unsigned(shown.items[k].decimals, out);
  }
}

AccessResult take_display_list(Core& core, std::size_t list, Bytes value) {
  DisplaySetup next = display_setup(core);
  axdr::Cursor in(value);
  const std::uint32_t n = in.array();
  if (n > kMaxListItems) return AccessResult::other_reason;
  next.lists[list] = {};
  for (std::uint32_t k = 0; k < n; ++k) {
    ItemCode code;
    ItemId item = 0;
    in.structure(2);
    const bool known = code_of(in.octet_string(), code) && find_item(code, core.n_elements, item);
    const std::uint32_t decimals = axdr::take_exactly(axdr::Tag::unsigned_, in);
    if (!in.ok()) return AccessResult::type_unmatched;
    if (!known || decimals > most_decimals(item)) return AccessResult::other_reason;
    next.lists[list].items[k] = {item, static_cast<std::uint8_t>(decimals)};
  }
  next.lists[list].n = static_cast<std::uint8_t>(n);
  return in.at_end() ? stored_and_noted(core, next) : AccessResult::type_unmatched;
}

void put_display_message(const Core& core, std::uint8_t, Writer& out) {
  const DisplaySetup setup = display_setup(core);
  const std::string_view text = setup.text();
  axdr::put_octet_string({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, out);
}

AccessResult take_display_message(Core& core, Bytes value) {
  DisplaySetup next = display_setup(core);
  axdr::Cursor in(value);
  const Bytes text = in.octet_string();
  if (!in.at_end()) return AccessResult::type_unmatched;
  if (text.size() > kMaxMessageOctets) return AccessResult::other_reason;
  next.message = {};
  std::copy(text.begin(), text.end(), next.message.begin());
  next.message_octets = static_cast<std::uint8_t>(text.size());
  return stored(core, next);
}

}  // namespace meter::fw
