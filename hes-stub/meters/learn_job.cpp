// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "hes-stub/meters/jobs.hpp"
#include "hes-stub/meters/row_decoder.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/cosem/classes/register.hpp"

namespace hes {
namespace {

using protocol::dlms::ClientEvent;

constexpr Obis kProfiles[] = {kLoadProfile, kDailyClosing, kMonthlyClosing};
constexpr std::size_t kProfileCount = std::size(kProfiles);
// Their status words, which tell whether a client has changed the columns: such a meter is none to
// learn from.
constexpr Obis kStatusWords[] = {protocol::cosem::obis(0, 0, 96, 10, 7),
                                 protocol::cosem::obis(0, 0, 96, 10, 8),
                                 protocol::cosem::obis(0, 0, 96, 10, 1)};
constexpr std::size_t kFirstScaler = 2 * kProfileCount;

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

class LearnJob final : public Job {
 public:
  LearnJob(Context& context, Types& types, Plans& plans, Pushes& pushes)
      : context_(context), types_(types), plans_(plans), pushes_(pushes) {}

  MessageKind kind() const override { return MessageKind::learn; }

  Progress begin(Session& session) override {
    learnt_.firmware = context_.inventory[session.meter()].firmware;
    learnt_.revision = "learnt";
    return ask_next(session);
  }

  Progress on_answer(Session& session, const ClientEvent& event) override {
    if (!take(event)) {
      context_.log("type " + context_.inventory[session.meter()].firmware +
                   " has no load profile that can be stored, or a client changed its columns");
      return Progress::hopeless;
    }
    ++at_;
    return ask_next(session);
  }

 private:
  Progress ask_next(Session& session) {
    if (at_ < kProfileCount) {
      return session.ask(session.client().get({classes::ProfileGeneric::kId, kProfiles[at_],
                                               classes::ProfileGeneric::kCaptureObjects}));
    }
    while (at_ < kFirstScaler && learnt_.profile(kProfiles[at_ - kProfileCount]) == nullptr) ++at_;
    if (at_ < kFirstScaler) {
      return session.ask(session.client().get(
          {classes::Data::kId, kStatusWords[at_ - kProfileCount], classes::Data::kValue}));
    }
    if (const Column* column = register_column(learnt_, at_ - kFirstScaler)) {
      return session.ask(session.client().get(
          {classes::Register::kId, column->source.instance, classes::Register::kScalerUnit}));
    }
    const MeterIndex meter = session.meter();
    types_.learnt(meter, std::move(learnt_));
    pushes_.release(meter);
    plans_.drop(meter, kWantLearn);
    plans_.plan(meter);
    return Progress::done;
  }

  // False when the type cannot be learnt from this meter.
  bool take(const ClientEvent& event) {
    const bool data = event.kind == ClientEvent::Kind::data;
    if (at_ < kProfileCount) {
      ProfileType profile;
      profile.obis = kProfiles[at_];
      const bool there = data && decode_capture_objects(event.data, profile);
      if (there) learnt_.profiles.push_back(std::move(profile));
      return there || kProfiles[at_] != kLoadProfile;
    }
    if (at_ < kFirstScaler) {
      protocol::axdr::Cursor in(event.data);
      const std::uint64_t status = data ? in.unsigned_number() : 0;
      return !data || !in.at_end() || (status & classes::kColumnsChanged) == 0;
    }
    Column* column = register_column(learnt_, at_ - kFirstScaler);
    if (!data || column == nullptr) return true;
    protocol::axdr::Cursor in(event.data);
    const classes::ScalerUnit learnt = classes::take_scaler_unit(in);
    if (!in.at_end()) return true;
    column->scaler = learnt.scaler;
    column->unit = learnt.unit;
    spread_scaler(learnt_, *column);
    return true;
  }

  Context& context_;
  Types& types_;
  Plans& plans_;
  Pushes& pushes_;
  std::size_t at_ = 0;  // next attribute to learn
  TypeTemplate learnt_;
};

}  // namespace

std::unique_ptr<Job> make_learn_job(Context& context, Types& types, Plans& plans, Pushes& pushes) {
  return std::make_unique<LearnJob>(context, types, plans, pushes);
}

}  // namespace hes
