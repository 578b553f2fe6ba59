// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "hes-stub/meters/jobs.hpp"
#include "hes-stub/meters/row_decoder.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/dlms/selection.hpp"

namespace hes {
namespace {

using protocol::dlms::ClientEvent;

class PullJob final : public Job {
 public:
  PullJob(Context& context, const Types& types, Plans& plans, Want want)
      : context_(context), types_(types), plans_(plans), want_(want) {}

  MessageKind kind() const override { return closing() ? MessageKind::closing : MessageKind::pull; }

  Progress begin(Session& session) override {
    const MeterIndex meter = session.meter();
    const StampRange range = closing() ? plans_.closing(meter) : plans_.rows(meter);
    to_s_ = range.to_s;
    return session.ask(session.client().get(
        {classes::ProfileGeneric::kId, profile(), classes::ProfileGeneric::kBuffer},
        protocol::dlms::rows_between(range.from_s, range.to_s)));
  }

  Progress on_answer(Session& session, const ClientEvent& event) override {
    const MeterIndex meter = session.meter();
    if (event.kind != ClientEvent::Kind::data) {
      // The next check sees whether it must be asked again.
      context_.note_event(meter, "refused", std::to_string(static_cast<int>(want_)));
      plans_.drop(meter, want_);
      return Progress::concluded;
    }
    const std::int64_t period_s = closing() ? kDayS : context_.inventory[meter].capture_period_s;
    std::vector<Row> rows;
    const DecodedRows decoded =
        decode_rows(event.data, *types_.profile(meter, profile()), period_s, rows);
    context_.counters.rows_without_time += decoded.without_time;
    if (!decoded.ok) {
      ++context_.counters.malformed;
      return Progress::again;
    }
    ++context_.counters.pulls;
    context_.take_rows(meter, profile(), rows, Delivery::pull, context_.now());
    if (closing()) {
      const auto is_last = [this](const Row& row) { return row.stamp_utc_s == to_s_; };
      plans_.closing_pulled(meter, to_s_, std::any_of(rows.begin(), rows.end(), is_last));
    } else {
      plans_.rows_pulled(meter, to_s_);
    }
    return Progress::done;
  }

 private:
  bool closing() const { return want_ == kWantClosing; }
  const Obis& profile() const { return closing() ? kDailyClosing : kLoadProfile; }

  Context& context_;
  const Types& types_;
  Plans& plans_;
  Want want_;
  std::int64_t to_s_ = 0;  // last stamp of the range asked for
};

}  // namespace

std::unique_ptr<Job> make_pull_job(Context& context, const Types& types, Plans& plans, Want want) {
  return std::make_unique<PullJob>(context, types, plans, want);
}

}  // namespace hes
