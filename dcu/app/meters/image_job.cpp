// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/meters/image_job.hpp"

#include <algorithm>

#include "dcu/app/meters/meter_reader.hpp"
#include "protocol/axdr/cursor.hpp"

namespace dcu::app {
namespace {

namespace p32 = protocol::p32;
using protocol::cosem::AccessResult;
using protocol::image::Transfer;

// Longer blocks fit into no APDU that the power line carries.
constexpr std::size_t kMostBlockOctets = fw::kMaxLsdu - 64;

class ImageWork : public std::enable_shared_from_this<ImageWork> {
 public:
  ImageWork(Core& core, Poller& poller, ImageTask task)
      : core_(core),
        poller_(poller),
        task_(std::move(task)),
        transfer_({.container = task_.image->container,
                   .head = task_.image->head,
                   .activate_at_s = task_.activate_at_s,
                   .offset_min = core.store.parameters().zone.offset_min(task_.activate_at_s),
                   .offset_now_min = core.store.parameters().zone.offset_min(core.now_s()),
                   .most_block_octets = kMostBlockOctets},
                  task_.stage) {}

  // What the meter says of its transfer is asked for first, each time.
  void begin() {
    if (!task_.wanted()) return;
    auto job = job_of("firmwareCampaign", task_.meter, task_.priority);
    job->owner = task_.owner;
    job->until = task_.until;
    job->prepare = [self = shared_from_this()](Job& planned) {
      self->transfer_.begin();
      planned.operations.push_back(self->operation());
    };
    job->on_answer = [self = shared_from_this()](Job& asked, const Answer& answer) {
      return self->on_answer(asked, answer);
    };
    job->on_finished = [self = shared_from_this()](Job& finished, PollOutcome outcome) {
      self->on_finished(finished, outcome);
    };
    poller_.add(std::move(job));
  }

 private:
  Operation operation() const;
  Job::Next on_answer(Job& job, const Answer& answer);
  void on_finished(const Job& job, PollOutcome outcome);
  void note_revision(Bytes value);
  p32::TransferState state() const;

  Core& core_;
  Poller& poller_;
  const ImageTask task_;
  Transfer transfer_;
  Transfer::Next next_ = Transfer::Next::ask;
};

Operation ImageWork::operation() const {
  using Service = Transfer::Request::Service;
  Octets room(transfer_.room_octets());
  const Transfer::Request request = transfer_.request(room);
  const Octets value(request.value.begin(), request.value.end());
  const auto& [class_id, name, index] = request.target;
  switch (request.service) {
    case Service::get:
      return get_of(class_id, name, index);
    case Service::set:
      return set_of(class_id, name, index, value);
    case Service::action:
      return action_of(class_id, name, index, value);
  }
  return {};
}

p32::TransferState ImageWork::state() const {
  if (next_ == Transfer::Next::done) return p32::TransferState::activated;
  if (next_ == Transfer::Next::refused) return p32::TransferState::failed;
  switch (transfer_.stage()) {
    case Transfer::Stage::sending:
      return p32::TransferState::transferring;
    case Transfer::Stage::verification_sent:
      return p32::TransferState::transferred;
    case Transfer::Stage::activation_sent:
      return p32::TransferState::verified;
  }
  return p32::TransferState::idle;
}

Job::Next ImageWork::on_answer(Job& job, const Answer& answer) {
  const bool revision = transfer_.reads_revision() && answer.ok();
  next_ = transfer_.on_answer(answer.result, answer.data, core_.now_s());
  if (next_ == Transfer::Next::unreadable) return Job::Next::unreadable;
  if (revision) note_revision(answer.data);
  task_.line->state = state();
  task_.line->blocks_done = transfer_.blocks_done();
  if (transfer_.blocks() != 0) task_.line->blocks_total = transfer_.blocks();
  // A meter that has no time now refuses nothing; one may refuse by what it says of itself.
  job.refusal = next_ == Transfer::Next::refused ? transfer_.result() : AccessResult::success;
  task_.moved(transfer_.stage());
  if (next_ != Transfer::Next::ask) return Job::Next::finished;
  job.operations[job.at].value = {};  // all blocks together are the image once more
  job.operations.push_back(operation());
  return Job::Next::go_on;
}

void ImageWork::note_revision(Bytes value) {
  task_.line->active = text_of(protocol::axdr::Cursor(value).octet_string());
  core_.store.meters()[task_.meter].firmware = task_.line->active;
  core_.store.save_state(task_.meter);
}

void ImageWork::on_finished(const Job& job, PollOutcome outcome) {
  const bool answered = outcome == PollOutcome::done || outcome == PollOutcome::refused;
  if (!answered) return task_.over(failure_of(job, outcome));
  if (next_ != Transfer::Next::wait) {
    const bool another = next_ == Transfer::Next::refused && transfer_.runs_another();
    return task_.over(another ? p32::Failure{p32::ErrorCategory::data, p32::error_code::kReadBack}
                              : failure_of(job, outcome));
  }
  const UtcNs due = std::max(core_.now(), transfer_.wait_until_s() * kNsPerSecond);
  if (due < task_.until) {
    core_.agenda.at(due, [self = shared_from_this()] { self->begin(); });
  } else if (transfer_.settled()) {  // there is no time left to read it back
    task_.over(std::nullopt);
  }
}

}  // namespace

void bring_image(Core& core, Poller& poller, ImageTask task) {
  std::make_shared<ImageWork>(core, poller, std::move(task))->begin();
}

}  // namespace dcu::app
