// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "protocol/hosted/p32/codec.hpp"
#include "protocol/hosted/p32/http.hpp"
#include "protocol/hosted/p32/sign.hpp"

namespace dcu_test {

namespace p32 = protocol::p32;

// The other end of P3.2Ex: takes reports once, by (from, seq), hands out work to polls, and checks
// every message against the schema.
class FakeHeadEnd {
 public:
  static constexpr char kId[] = "AMTHES";
  FakeHeadEnd();

  // Octets of a connection that the concentrator dialled; what to send back.
  std::string serve(protocol::Bytes octets);
  void hang_up() { http_.reset(); }

  // Work for the next poll; repeated until it is acknowledged.
  std::string ask(std::variant<p32::Request, p32::Query, p32::SignedOrder> body);
  p32::SignedOrder sign(p32::Order order) const { return signer.sign(order); }
  p32::Message message(p32::Body body, const std::string& id);

  static p32::Hello hello() {
    p32::Hello hello;
    hello.software = "a head-end";
    return hello;
  }

  // What came, each report once; and what was refused as a message.
  std::vector<p32::Message> reports;
  std::vector<p32::Message> errors;
  std::set<std::string> acked;  // ids of our work
  std::vector<std::string> problems;
  unsigned repeated = 0;
  unsigned polls = 0;
  unsigned hellos = 0;
  bool acks = true;  // or answers 204: not stored yet
  bool drops_work_acks = false;
  std::map<std::string, std::vector<std::uint8_t>> images;  // by path
  std::vector<p32::ByteRange> image_requests;
  std::string peer = "AMTDC0000000001";
  p32::UtcMs now = 0;
  p32::Signer signer;

  // The report that answers, if it came.
  const p32::Report* answer_to(const std::string& id) const;

 private:
  std::string on_get(const p32::HttpRequest& request);
  std::string on_message(const p32::Message& message);
  std::string reply(p32::Body body, const std::string& re);

  std::optional<p32::HttpServer> http_;
  std::map<std::uint64_t, std::string> seen_;  // seq of reports: their XML
  std::deque<p32::WorkItem> work_;
  std::uint64_t seq_ = 0;
};

}  // namespace dcu_test
