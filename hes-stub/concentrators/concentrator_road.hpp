// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <utility>

#include "hes-stub/concentrators/mailbox.hpp"
#include "hes-stub/concentrators/row_requests.hpp"
#include "hes-stub/orders/orders.hpp"
#include "protocol/hosted/p32/report.hpp"
#include "protocol/hosted/p32/sign.hpp"

namespace hes {

// Orders of meters behind concentrators: signed, with a window, and what comes back of them.
class ConcentratorRoad final : public OrderRoad {
 public:
  ConcentratorRoad(Context& context, Mailbox& mailbox, RowRequests& requests);
  OrderId start();  // the highest number that still waits

  void take(OrderResult result) override;
  bool on_until(OrderId id) override;

  // `body`: of the report that it came with.
  void on_result(ConcentratorIndex from, const p32::OrderResult& result,
                 const p32::ReportBody& body);
  void on_failure(ConcentratorIndex from, std::uint64_t seq, const p32::Failure& failure);

 private:
  void issue(OrderResult result, UtcNs not_before);
  bool give_keys(MeterIndex meter, p32::OrderBody& body);
  bool read_back(ConcentratorIndex from, std::uint64_t seq);
  void finish(ConcentratorIndex from, std::uint64_t seq, OrderOutcome outcome);
  void refuse(ConcentratorIndex from, std::uint64_t seq, protocol::cosem::AccessResult why);

  Context& context_;
  Mailbox& mailbox_;
  RowRequests& requests_;
  std::optional<p32::Signer> signer_;
  std::map<OrderId, std::pair<ConcentratorIndex, std::uint64_t>> open_;
};

}  // namespace hes
