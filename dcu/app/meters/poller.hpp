// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "dcu/app/core/core.hpp"
#include "dcu/app/meters/job.hpp"
#include "protocol/dlms/client.hpp"

namespace dcu::app {

class Association;

// Does the jobs: who is served when, in associations of client 3, a few meters at one time. Jobs of
// a higher priority go first, between any two requests: on the same meter in the association that
// is open, on another by taking the place of the lowest.
class Poller {
 public:
  explicit Poller(Core& core);
  ~Poller();

  void start();  // the store is open
  // A task's job that waits already is enough: the new one is dropped.
  void add(JobPtr job);
  // Jobs of an order or request; `on_finished` is not called.
  void cancel(std::uint64_t owner);
  void pump();

  // The meter's connection.
  void on_joined(MeterIndex meter, fw::Address address);
  void on_left(MeterIndex meter);
  // True: the LSDU was an answer to a session of ours.
  bool on_data(MeterIndex meter, std::uint8_t client, Bytes apdu);
  bool on_sent(fw::SendHandle handle, bool ok);
  // A gateway client waits for the meter: nothing new is asked of it meanwhile.
  void hold(MeterIndex meter, bool on);

  bool connected(MeterIndex meter) const { return lines_[meter].address != fw::kNoAddress; }
  // The public client of a meter has one association, for a gateway client or for a session that
  // must ask for an invocation counter: whoever comes second waits.
  bool uses_public_client(MeterIndex meter) const;
  bool waits_for_public_client(MeterIndex meter) const { return lines_[meter].waits_for_public(); }
  void lend_public_client(MeterIndex meter, bool lent);
  std::size_t sessions() const { return sessions_.size() - free_.size(); }
  // DLMS requests since the last statistics, and of these without answer.
  struct Tally {
    std::uint32_t requests = 0;
    std::uint32_t failed = 0;
  };
  Tally take_tally(MeterIndex meter) { return std::exchange(lines_[meter].tally, {}); }

 private:
  friend class Association;
  struct Line {  // a meter
    fw::Address address = fw::kNoAddress;
    std::vector<JobPtr> jobs;  // by priority, then by age
    Association* session = nullptr;
    UtcNs not_before = 0;
    std::uint8_t failures = 0;
    bool queued = false;
    bool held = false;
    bool public_lent = false;   // to the gateway
    bool ask_counter = false;   // the next session does first: the meter refused ours
    std::uint32_t counter = 0;  // the next invocation counter; 0: to be asked for
    bool needs_counter() const { return counter == 0 || ask_counter; }
    bool waits_for_public() const { return queued && public_lent && needs_counter(); }
    bool try_next_keys = false;
    Tally tally;
  };

  void insert(Line& line, JobPtr job);
  void enqueue(MeterIndex meter);
  std::uint8_t urgency(const Line& line) const;  // priority of the first job; UINT8_MAX: none
  MeterIndex most_urgent() const;
  void expire(MeterIndex meter);
  void finish(MeterIndex meter, const Job* job, PollOutcome outcome);
  void give_up(MeterIndex meter, PollOutcome outcome);
  void back_off(MeterIndex meter);
  void begin(MeterIndex meter);

  Core& core_;
  std::vector<Line> lines_;
  std::vector<std::unique_ptr<Association>> sessions_;
  std::vector<Association*> free_;
  std::deque<MeterIndex> waiting_;
  bool pumping_ = false;
};

}  // namespace dcu::app
