// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/fw/procedures.hpp"

#include <bit>
#include <optional>

#include "protocol/prime/llc432.hpp"
#include "protocol/prime/pib.hpp"

namespace dcu::fw {
namespace {

using namespace protocol::prime;

// What is said again while this lasts.
std::optional<Owed> said_in(Procedure procedure) {
  switch (procedure) {
    case Procedure::registering:
      return Owed::registered;
    case Procedure::promoting:
      return Owed::promote;
    case Procedure::slot:
      return Owed::beacon_slot;
    case Procedure::demoting:
      return Owed::demote;
    case Procedure::closing:
      return Owed::disconnected;
    case Procedure::none:
    case Procedure::waiting_slot:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

void Procedures::owe(Node& node, Owed what) {
  node.owe(what);
  core_.turns.want(node, Turn::control);
}

void Procedures::begin(Node& node, Procedure procedure, Owed first) {
  node.procedure = procedure;
  node.tries = 1;
  node.procedure_at_us = core_.now_us() + kCtlReTxTimerUs;
  owe(node, first);
}

void Procedures::end(Node& node) {
  node.procedure = Procedure::none;
  node.procedure_at_us = kNoDeadline;
}

bool Procedures::repeat(Node& node) {
  const std::optional<Owed> again = said_in(node.procedure);
  if (!again || node.tries > kMaxCtlReTx) {
    end(node);
    return false;
  }
  ++node.tries;
  node.procedure_at_us = core_.now_us() + kCtlReTxTimerUs;
  owe(node, *again);
  return true;
}

bool Procedures::serve(Node& node) {
  if (node.owed == 0 || node.state == NodeState::disconnected) return false;
  const auto what = static_cast<Owed>(1u << std::countr_zero(node.owed));
  node.settle(what);
  if (node.owed != 0) core_.turns.want(node, Turn::control);
  return send(node, what);
}

bool Procedures::send(Node& node, Owed what) {
  const std::uint8_t time_code = core_.config.alive_time_code;
  switch (what) {
    case Owed::registered:
      return line_.tell(
          ControlType::reg, node,
          Reg{.capabilities = node.capabilities, .time_code = time_code, .eui48 = node.eui48});
    case Owed::connected: {
      std::array<std::uint8_t, 2> address;
      protocol::Writer out(address);
      encode_establish_response(core_.table.address_of(node), out);
      return line_.tell(ControlType::con, node, Con{.lcid = node.lcid, .data = out.written()});
    }
    case Owed::disconnected:
      return line_.tell(ControlType::con, node,
                        Con{.close = true, .lcid = node.closing_lcid, .data = {}});
    case Owed::promote:
      return line_.tell(ControlType::pro, node, Pro{.time_code = time_code, .nsid = node.lsid});
    case Owed::beacon_slot:
      return line_.tell(ControlType::bsi, node,
                        Bsi{node.slot.code, node.slot.slot, node.slot.offset});
    case Owed::refuse_promotion:
      ++core_.counters.rejected;
      return line_.tell(ControlType::pro, node, Pro{.negative = true, .time_code = time_code});
    case Owed::demote:
      node.demote_sent_us = core_.now_us();
      return line_.tell(ControlType::pro, node,
                        Pro{.negative = true, .time_code = time_code, .nsid = node.demote_lsid});
    case Owed::report_quality:
      return line_.tell(ControlType::prm, node, Prm{.snr_code = snr_code(node.link.snr_cdb())});
    case Owed::quality_noted:
      return line_.tell(ControlType::prm, node,
                        Prm{.response = true, .snr_code = snr_code(node.link.snr_cdb())});
  }
  return false;
}

}  // namespace dcu::fw
