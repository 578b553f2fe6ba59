// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/limit_values.hpp"

#include <algorithm>

#include "meter/fw/cosem/profile_rows.hpp"
#include "protocol/axdr/exactly.hpp"
#include "protocol/cosem/classes/register_monitor.hpp"
#include "protocol/cosem/classes/script_table.hpp"

namespace meter::fw {
namespace {

bool take_action(axdr::Cursor& in, LimitAction& action) {
  const classes::ActionItem item = classes::take_action_item(in);
  if (!in.ok() || item.selector >= kLimitActions) return false;
  action = static_cast<LimitAction>(item.selector);
  // Whose script 0 is none does not matter.
  const auto& scripts = classes::kDisconnectScripts.octets;
  return item.selector == 0 ||
         std::equal(scripts.begin(), scripts.end(), item.table.begin(), item.table.end());
}
void put_action(LimitAction action, Writer& out) {
  classes::put_action_item({classes::kDisconnectScripts.octets, static_cast<std::uint16_t>(action)},
                           out);
}

bool is_narrow(ColumnId watched) { return number_type(watched) == NumberType::u16; }

}  // namespace

void put_watched(ColumnId column, Writer& out) {
  classes::put_value_definition(captured_attribute(LogId::load, column, CodeTable::idis), out);
}

AccessResult take_watched(const Context& context, Bytes value, ColumnId& column) {
  axdr::Cursor in(value);
  const protocol::cosem::Attribute wanted = classes::take_value_definition(in);
  if (!in.at_end()) return AccessResult::type_unmatched;
  ColumnId found = kNoColumn;
  const AccessResult result = captured_column(LogId::load, context.fitting(), {wanted, 0}, found);
  if (result != AccessResult::success) return result;
  if (found < kVoltageColumns || found > kFrequencyColumn) return AccessResult::object_unavailable;
  column = found;
  return AccessResult::success;
}

void put_threshold(ColumnId watched, std::uint32_t threshold, Writer& out) {
  const std::uint32_t most = is_narrow(watched) ? 0xFFFF : kNoThreshold;
  put_captured(watched, std::min(threshold, most), out);
}

bool take_threshold(ColumnId watched, axdr::Cursor& in, std::uint32_t& threshold) {
  const bool narrow = is_narrow(watched);
  threshold =
      axdr::take_exactly(narrow ? axdr::Tag::long_unsigned : axdr::Tag::double_long_unsigned, in);
  if (narrow && threshold == 0xFFFF) threshold = kNoThreshold;
  return in.ok();
}

void put_actions(const CrossingActions& actions, Writer& out) {
  axdr::begin_structure(2, out);
  put_action(actions.over, out);
  put_action(actions.under, out);
}

bool take_actions(axdr::Cursor& in, CrossingActions& actions) {
  in.structure(2);
  return take_action(in, actions.over) && take_action(in, actions.under);
}

AccessResult change_limits(Context& context, const LimitSettings& next) {
  Parts& parts = context.parts;
  return parts.limits.change(parts.core, parts.deadlines, next) ? AccessResult::success
                                                                : AccessResult::hardware_fault;
}

}  // namespace meter::fw
