// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// A firmware without a template: its columns and scalers are asked of the first meter that has it.
#include <algorithm>

#include "hes-stub/meters/engine.hpp"
#include "hes-stub/meters/row_decoder.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/cosem/classes/register.hpp"

namespace hes {
namespace {

using protocol::dlms::ClientEvent;
using Kind = ClientEvent::Kind;

constexpr Obis kProfiles[] = {kLoadProfile, kDailyClosing};
constexpr std::size_t kProfileCount = 2;

// The n-th register column whose scaler no earlier column gives.
Column* register_column(TypeTemplate& type, std::size_t n) {
  std::vector<protocol::cosem::Attribute> seen;
  for (ProfileType& profile : type.profiles) {
    for (Column& column : profile.columns) {
      if (column.source.class_id != classes::Register::kId) continue;
      if (std::find(seen.begin(), seen.end(), column.source) != seen.end()) continue;
      if (seen.size() == n) return &column;
      seen.push_back(column.source);
    }
  }
  return nullptr;
}

void spread_scaler(TypeTemplate& type, const Column& known) {
  for (ProfileType& profile : type.profiles) {
    for (Column& column : profile.columns) {
      if (column.source != known.source) continue;
      column.scaler = known.scaler;
      column.unit = known.unit;
    }
  }
}

}  // namespace

void Engine::request_learn(ActiveSession& session) {
  if (session.step != ActiveSession::Step::learning) {
    session.learn_at = 0;
    session.learnt = {};
    session.learnt.firmware = inventory_[session.meter].firmware;
    session.learnt.revision = "learnt";
  }
  session.step = ActiveSession::Step::learning;
  if (session.learn_at < kProfileCount) {
    return transmit(session,
                    session.client->get({classes::ProfileGeneric::kId, kProfiles[session.learn_at],
                                         classes::ProfileGeneric::kCaptureObjects}));
  }
  const Column* column = register_column(session.learnt, session.learn_at - kProfileCount);
  if (column != nullptr) {
    return transmit(session, session.client->get({classes::Register::kId, column->source.instance,
                                                  classes::Register::kScalerUnit}));
  }
  const std::size_t index = meters_[session.meter].type;
  types_[index].type = std::move(session.learnt);
  type_is_known(index);
  finish_job(session, kWantLearn);
}

// False when the type cannot be learnt from this meter.
bool Engine::take_learnt(ActiveSession& session, const ClientEvent& event) {
  const bool data = event.kind == Kind::data;
  if (session.learn_at < kProfileCount) {
    ProfileType profile;
    profile.obis = kProfiles[session.learn_at];
    const bool there = data && decode_capture_objects(event.data, profile);
    if (there) session.learnt.profiles.push_back(std::move(profile));
    return there || kProfiles[session.learn_at] != kLoadProfile;
  }
  Column* column = register_column(session.learnt, session.learn_at - kProfileCount);
  if (!data || column == nullptr) return true;
  protocol::axdr::Cursor in(event.data);
  const classes::ScalerUnit learnt = classes::take_scaler_unit(in);
  if (!in.at_end()) return true;
  column->scaler = learnt.scaler;
  column->unit = learnt.unit;
  spread_scaler(session.learnt, *column);
  return true;
}

void Engine::on_learnt(ActiveSession& session, const ClientEvent& event) {
  if (event.kind == Kind::exception) return retry_or_fail(session);
  if (!take_learnt(session, event)) {
    log("type " + inventory_[session.meter].firmware + " has no load profile that can be stored");
    return fail(session);
  }
  ++session.learn_at;
  request_learn(session);
}

void Engine::type_is_known(std::size_t index) {
  TypeState& type = types_[index];
  type.known = true;
  type.learner = kNoMeter;
  store_.save_type(type.type);
  std::vector<HeldPush> held;
  held.swap(type.held);
  held_pushes_ -= held.size();
  for (const HeldPush& push : held) store_push(push.meter, push.body, push.arrival, push.octets);
}

}  // namespace hes
