// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dcu/app/meters/collector.hpp"
#include "dcu/app/meters/image_job.hpp"
#include "dcu/app/meters/job.hpp"
#include "dcu/app/meters/meter_reader.hpp"
#include "dcu/app/meters/poller.hpp"
#include "dcu/app/orders/image_depot.hpp"
#include "dcu/app/reports/reporter.hpp"
#include "protocol/hosted/p32/order.hpp"
#include "protocol/hosted/p32/sign.hpp"

namespace dcu::app {

// The DLMS services by which an order is done on a meter, in their order; a meter that lacks an
// object answers with its error. Clock orders are none of these: they depend on what the clock
// says.
std::vector<Operation> operations_of(const protocol::p32::Order& order, std::string_view serial);
// Whether every access selection of a raw order is one that can be asked for: of rows by clock or
// entry, in a get.
bool selections_supported(const protocol::p32::RawDlmsOrder& order);

inline bool is_over(protocol::p32::OrderState state) {
  return state != protocol::p32::OrderState::accepted &&
         state != protocol::p32::OrderState::running;
}

// Orders: checked, kept in the journal, done within their window, reported with a result. The
// journal outlives a restart; an order under way goes on with the meters that have no result yet.
class OrderBook {
 public:
  struct Parts {
    Core& core;
    Poller& poller;
    Collector& collector;
    Reporter& reporter;
    NodeManager& nodes;
  };
  OrderBook(const Parts& parts, std::function<void()> restart);

  void start();
  ImageDepot& images() { return images_; }
  // Nothing: it is in the journal (or was before, then `duplicate` is set).
  std::optional<protocol::p32::Failure> accept(const protocol::p32::SignedOrder& order,
                                               bool& duplicate);
  // Ends a request of that id; set by whoever runs requests.
  std::function<bool(const std::string&)> cancel_request;

 private:
  struct Target {
    protocol::p32::OrderMeter result;
    protocol::p32::RelayMeter relay;
    protocol::p32::FirmwareTarget firmware;
    protocol::image::Transfer::Stage stage = protocol::image::Transfer::Stage::sending;
    bool done = false;
    void fail(const std::optional<protocol::p32::Failure>& why) {
      result.failure = relay.failure = firmware.failure = why;
    }
    void name(const std::string& serial) { result.id = relay.id = firmware.id = serial; }
  };
  struct Running {
    protocol::p32::SignedOrder order;
    protocol::p32::OrderState state = protocol::p32::OrderState::accepted;
    std::map<std::string, Target> targets;  // by serial
    bool telling = false;                   // of the progress of an image, soon
  };
  using RunningPtr = std::shared_ptr<Running>;

  // order_book.cpp
  void load(std::uint64_t seq, Bytes value);
  void save(const Running& running);
  std::optional<protocol::p32::Failure> check(const protocol::p32::SignedOrder& order,
                                              bool& duplicate) const;
  void schedule(const RunningPtr& running);
  void begin(const RunningPtr& running);
  void expire(const RunningPtr& running);
  // True when an order of that id, other than `by`, was under way.
  bool cancel(const std::string& id, const Running& by);
  void finish(const RunningPtr& running, protocol::p32::OrderState state,
              std::optional<protocol::p32::Failure> failure);
  void report(const Running& running, std::optional<protocol::p32::Failure> failure);
  protocol::p32::ReportBody result_body(const Running& running);
  void prune();

  // order_run.cpp
  std::optional<protocol::p32::Failure> run_own(const Running& running);
  std::optional<protocol::p32::Failure> set_parameters(
      const protocol::p32::ConcentratorParameters& wanted);
  std::optional<protocol::p32::Failure> command(
      const protocol::p32::ConcentratorCommandOrder& order, const Running& running);
  void run_on(const RunningPtr& running, const std::string& serial);
  JobPtr job_for(const RunningPtr& running, const std::string& serial, MeterIndex meter);
  std::optional<protocol::p32::Failure> take_keys(const Running& running, MeterIndex meter);
  Job::Next on_answer(Running& running, Target& target, Job& job, const Answer& answer);
  void done(const RunningPtr& running, const std::string& serial,
            std::optional<protocol::p32::Failure> failure);

  // order_images.cpp
  void keep_images();
  void fetch(const RunningPtr& running);
  void bring(const RunningPtr& running, const std::string& serial, const ImageDepot::Image& image);
  void tell(const RunningPtr& running);
  std::optional<protocol::p32::Failure> cancel_campaign(const std::string& campaign,
                                                        const Running& by);
  const protocol::p32::FirmwareTarget* transfer_of(const std::string& serial) const;

  Parts parts_;
  std::function<void()> restart_;
  ImageDepot images_;
  std::map<std::uint64_t, RunningPtr> orders_;  // by the seq of the order
};

}  // namespace dcu::app
