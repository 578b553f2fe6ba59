// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/p32/lint.hpp"

#include "protocol/hosted/fields/fields.hpp"
#include "protocol/hosted/p32/codec.hpp"
#include "protocol/hosted/p32/gzip.hpp"
#include "protocol/hosted/p32/http.hpp"

namespace protocol::p32 {
namespace {

constexpr std::size_t kProblemsMax = 100;

Problem without_place(std::uint16_t code, std::string what, std::string allowed) {
  Problem problem;
  problem.code = code;
  problem.what = std::move(what);
  problem.allowed = std::move(allowed);
  return problem;
}

// Strips HTTP at its end of a connection, an HttpServer or an HttpClient. False: no whole message.
template <typename End>
bool unwrap(End& end, std::string_view octets, const char* what, LintReport& report,
            std::string& body) {
  report.container = std::string("http ") + what + ", ";
  end.feed(bytes_of(octets));
  const auto message = end.next();
  if (!message) return false;
  body = message->body;
  if (!end.idle()) report.remarks.push_back(std::string("more octets behind the first ") + what);
  return true;
}

bool unwrap_request(std::string_view octets, LintReport& report, std::string& body) {
  HttpServer server;
  if (unwrap(server, octets, "request", report, body)) return true;
  const auto& failure = server.failure();
  report.problems.push_back(
      without_place(error_code::kNotXml,
                    failure ? std::to_string(failure->status) + ' ' + failure->reason
                            : std::string("the request is cut short"),
                    "POST /p32ex/1 HTTP/1.1"));
  return false;
}

bool unwrap_response(std::string_view octets, LintReport& report, std::string& body) {
  HttpClient client;
  if (unwrap(client, octets, "answer", report, body)) return true;
  report.problems.push_back(without_place(
      error_code::kNotXml, client.failed() ? client.reason() : "the answer is cut short",
      "an HTTP/1.1 answer"));
  return false;
}

void look_at(const Message& message, std::string_view xml, LintReport& report) {
  report.kind = kind_of(message);
  report.summary = summary_of(message);
  if (message.envelope.at < 946'684'800'000) {  // 2000-01-01
    report.remarks.push_back("made before the year 2000: the sender's clock is not set");
  }
  // Equal up to white space and order means our own ends would write the same octets.
  if (encode(message) != xml) report.remarks.push_back("legal, but not in canonical form");
}

}  // namespace

int LintReport::exit_code() const {
  if (problems.empty()) return 0;
  for (const Problem& problem : problems) {
    if (problem.code == error_code::kBreaksSchema || problem.code == error_code::kBadValue) {
      return 1;
    }
  }
  return 2;
}

std::string LintReport::text(std::string_view name) const {
  std::string text;
  for (const Problem& problem : problems) {
    text += name;
    text += ':' + problem.text() + '\n';
  }
  for (const std::string& remark : remarks) {
    text += name;
    text += ": remark: " + remark + '\n';
  }
  text += name;
  text += ": " + container;
  text += problems.empty() ? ": " + summary + '\n'
                           : ": " + std::to_string(problems.size()) + " problem" +
                                 (problems.size() == 1 ? "" : "s") + '\n';
  return text;
}

LintReport lint(std::string_view octets) {
  LintReport report;
  std::string body;
  std::string_view xml = octets;
  if (octets.substr(0, 5) == "HTTP/") {
    if (!unwrap_response(octets, report, body)) return report;
    xml = body;
  } else if (octets.substr(0, 5) == "POST ") {
    if (!unwrap_request(octets, report, body)) return report;
    xml = body;
  }
  const DecodeLimits limits;
  if (is_gzip(xml)) {
    report.container += "gzip, ";
    std::optional<std::string> plain = gunzip(xml, limits.octets_max);
    if (!plain) {
      report.problems.push_back(without_place(error_code::kBadEncoding,
                                              "gzip: damaged, cut short or too long",
                                              "one whole gzip member, up to 16 MiB inside"));
      return report;
    }
    body = std::move(*plain);
    xml = body;
  }
  report.container += "xml";
  auto outcome = decode_all(xml, limits, kProblemsMax);
  if (outcome.index() == 1) {
    report.problems = std::get<1>(std::move(outcome));
  } else {
    look_at(std::get<0>(outcome), xml, report);
  }
  return report;
}

}  // namespace protocol::p32
