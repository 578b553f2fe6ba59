// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/application.hpp"

namespace dcu::app {

std::vector<std::pair<std::string_view, std::uint64_t>> Application::counters() const {
  const AppCounters& c = core_.counters;
  const PageStore::Counters& pages = store_.pages().counters();
  return {
      {"polls", c.polls},
      {"polls_failed", c.polls_failed},
      {"associations", c.associations},
      {"associations_rejected", c.associations_rejected},
      {"requests", c.requests},
      {"timeouts", c.timeouts},
      {"dlms_ignored", c.dlms_ignored},
      {"values_unreadable", c.values_unreadable},
      {"rows", c.rows},
      {"rows_known", c.rows_known},
      {"reread", c.reread},
      {"alarms", c.alarms},
      {"alarms_dropped", c.alarms_dropped},
      {"unknown_nodes", c.unknown_nodes},
      {"reports", c.reports},
      {"reports_repeated", c.reports_repeated},
      {"acks", c.acks},
      {"messages_in", c.messages_in},
      {"messages_repeated", c.messages_repeated},
      {"messages_malformed", c.messages_malformed},
      {"http_malformed", c.http_malformed},
      {"orders", c.orders},
      {"orders_refused", c.orders_refused},
      {"uplink_octets_up", c.uplink_octets_up},
      {"uplink_octets_down", c.uplink_octets_down},
      {"dials", c.dials},
      {"gateway_requests", c.gateway_requests},
      {"gateway_answers", c.gateway_answers},
      {"gateway_refused", c.gateway_refused},
      {"gateway_damaged", c.gateway_damaged},
      {"gateway_unasked", c.gateway_unasked},
      {"store_batches", pages.batches},
      {"store_pages", pages.pages_written},
      {"store_octets", pages.octets_written},
      {"store_torn_pages", pages.torn_pages},
      {"store_damaged_batches", pages.damaged_batches},
      {"restarts", store_.restarts()},
  };
}

}  // namespace dcu::app
