// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/meters/jobs.hpp"

namespace hes {

void Jobs::session_ended(MeterIndex meter) {
  types_.stop_learning(meter);
  plans_.drop(meter, kWantLearn);
}

std::unique_ptr<Job> Jobs::next(MeterIndex meter) {
  if (PendingOrder* const order = orders_.due(meter)) {
    return make_order_job(context_, plans_, orders_, *order);
  }
  if (plans_.wants(meter, kWantLearn)) return make_learn_job(context_, types_, plans_, pushes_);
  for (const Want want : {kWantRows, kWantClosing}) {
    if (plans_.wants(meter, want)) return make_pull_job(context_, types_, plans_, want);
  }
  if (plans_.wants(meter, kWantClock)) return make_clock_job(context_, plans_);
  return nullptr;
}

}  // namespace hes
