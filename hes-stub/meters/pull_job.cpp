// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "hes-stub/meters/jobs.hpp"
#include "hes-stub/meters/row_decoder.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/cosem/quantities.hpp"
#include "protocol/dlms/refusal.hpp"

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
    if (!closing() && plans_.wants_counter(meter)) {
      return session.ask(session.client().get(
          {classes::Data::kId, protocol::cosem::kCaptureCounter, classes::Data::kValue}));
    }
    return session.ask(session.client().get(
        {classes::ProfileGeneric::kId, profile(), classes::ProfileGeneric::kBuffer},
        plans_.selection(meter, want_)));
  }

  Progress on_answer(Session& session, const ClientEvent& event) override {
    const MeterIndex meter = session.meter();
    if (!closing() && plans_.wants_counter(meter)) return on_counter(session, event);
    if (event.kind != ClientEvent::Kind::data) {
      // The next check sees whether it must be asked again.
      context_.note_event(meter, "refused", std::to_string(static_cast<int>(want_)));
      plans_.pull_refused(meter, want_, event.access_result);
      return Progress::concluded;
    }
    const std::int64_t period_s = closing() ? kDayS : context_.inventory[meter].capture_period_s;
    std::vector<Row> rows;
    const DecodedRows decoded = decode_rows(event.data, *types_.profile(meter, profile()), period_s,
                                            rows, context_.config.zone);
    context_.note_left_out(meter, decoded.without_time, decoded.refused);
    if (decoded.columns_changed) {
      context_.note_columns_changed(meter, profile());
      plans_.columns_changed(meter, want_);
      return Progress::concluded;
    }
    if (!decoded.ok) {
      ++context_.counters.malformed;
      return Progress::again;
    }
    ++context_.counters.pulls;
    context_.take_rows(meter, profile(), rows, Delivery::pull, context_.now());
    plans_.note_rows(meter, profile(), rows, context_.now_s());
    if (closing()) {
      plans_.closing_pulled(meter, want_, rows);
    } else {
      plans_.rows_pulled(meter, rows);
    }
    return Progress::done;
  }

  void on_too_long(MeterIndex meter) override { plans_.pull_too_long(meter, want_); }

 private:
  // Then the rows, if there is anything to ask for.
  Progress on_counter(Session& session, const ClientEvent& event) {
    const MeterIndex meter = session.meter();
    std::optional<std::uint32_t> last;
    const bool data = event.kind == ClientEvent::Kind::data;
    if (!data && !protocol::dlms::is_not_there(event.access_result)) {
      plans_.drop(meter, want_);  // the next check asks again
      return Progress::concluded;
    }
    if (data) {
      protocol::axdr::Cursor in(event.data);
      const std::uint64_t number = in.unsigned_number();
      if (in.at_end() && number <= UINT32_MAX) last = static_cast<std::uint32_t>(number);
    }
    plans_.counter_read(meter, last);
    return plans_.wants(meter, kWantRows) ? begin(session) : Progress::done;
  }
  bool closing() const { return want_ != kWantRows; }
  const Obis& profile() const {
    return closing() ? kClosings[kind_of(want_)].profile : kLoadProfile;
  }

  Context& context_;
  const Types& types_;
  Plans& plans_;
  Want want_;
};

}  // namespace

std::unique_ptr<Job> make_pull_job(Context& context, const Types& types, Plans& plans, Want want) {
  return std::make_unique<PullJob>(context, types, plans, want);
}

}  // namespace hes
