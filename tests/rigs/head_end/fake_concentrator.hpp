// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hes-stub/inventory/inventory.hpp"
#include "hes-stub/ports/ports.hpp"
#include "hes-stub/ports/row.hpp"
#include "protocol/hosted/p32/codec.hpp"
#include "protocol/hosted/p32/http.hpp"
#include "protocol/hosted/p32/sign.hpp"

namespace hes_test {

namespace p32 = protocol::p32;

// A concentrator as the head-end sees it: numbers its reports, repeats them until acknowledged,
// fetches work, checks signatures, and executes at once. Its store never forgets.
class FakeConcentrator {
 public:
  explicit FakeConcentrator(std::string id = "DC1");

  std::string id;
  std::optional<p32::Verifier> verifier;
  // Rows of the meters behind it, by serial.
  std::map<std::string, std::vector<hes::Row>> rows;
  std::map<std::string, bool> relay_closed;

  // Messages to the head-end. A report stays until it is acknowledged.
  void say(p32::Body body, const std::string& re = "");
  void report_rows(std::int64_t from_s, std::int64_t to_s, std::int64_t now_s,
                   const std::string& re = "", const std::vector<std::string>& meters = {});
  void hello();
  void poll() { say(p32::Poll{}); }

  // The connection to the head-end, as a client.
  void connected();
  // Octets of the head-end; what to send then is in take_octets().
  void received(protocol::Bytes octets, std::int64_t now_s);
  // Its own server, of an Ethernet concentrator.
  void dialled() { server_.emplace(); }
  void received_as_server(protocol::Bytes octets, std::int64_t now_s);
  std::vector<std::uint8_t> take_octets();
  std::vector<std::uint8_t> take_server_octets();

  std::vector<p32::Message> answers;  // all that came back
  std::vector<unsigned> statuses;
  std::vector<p32::HttpResponse> parts;  // of images
  std::vector<p32::Order> executed;
  std::vector<p32::Selection> asked;
  std::size_t refused_signatures = 0;
  std::size_t open_reports() const;

  // Switches for what can go wrong.
  bool executes = true;       // takes orders and requests, but does nothing when false
  bool acks = true;           // of what came as work
  bool forgets_acks = false;  // of the head-end: every report is repeated for ever
  std::optional<p32::Failure> meter_failure;
  std::optional<p32::Octets> shown;  // by meters in the place of what was set
  bool leaves_out_the_last = false;  // of an order's results
  std::string revision = "1.1.0";    // that runs behind an image; empty: not read
  std::uint32_t restarts = 1;

 private:
  void work(const p32::WorkItem& item, std::int64_t now_s);
  void execute(const p32::SignedOrder& order, std::int64_t now_s);
  void pump();
  p32::Message message(p32::Body body, const std::string& re);

  std::uint64_t seq_ = 0;
  std::deque<p32::Message> outbox_;
  std::map<std::uint64_t, p32::Message> reports_;  // not acknowledged, by number
  bool open_ = false;
  bool waits_ = false;  // for an answer to the first of outbox_
  p32::HttpClient client_;
  std::optional<p32::HttpServer> server_;
  std::string octets_;
  std::string server_octets_;
  std::map<std::string, bool> done_;  // work by id
};

// A load profile report with all of these rows.
p32::Report rows_report(const std::string& serial, const std::vector<hes::Row>& rows);

inline constexpr protocol::crypto::Key128 kTransportKey{7, 7, 7};
// `direct` meters with modules, then `behind` ones behind DC1.
hes::Inventory plc_inventory(std::size_t direct, std::size_t behind,
                             hes::Uplink uplink = hes::Uplink::gprs);

}  // namespace hes_test
