// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/p32/http_parse.hpp"

namespace protocol::p32 {
namespace {

constexpr unsigned kHttp11 = 11;

bool has_type(boost::beast::string_view value, boost::beast::string_view type) {
  const boost::beast::string_view head = value.substr(0, value.find(';'));
  const std::size_t end = head.find_last_not_of(" \t");
  return boost::beast::iequals(end == head.npos ? head : head.substr(0, end + 1), type);
}

unsigned status_of(boost::system::error_code code) {
  if (code == http::error::header_limit) return 431;
  if (code == http::error::body_limit || code == http::error::buffer_overflow) return 413;
  return 400;
}

// What is wrong with the head of a request; nothing: all well.
std::optional<HttpServer::Failure> fault_of_head(const http::request<http::string_body>& request,
                                                 bool has_length) {
  const auto type = request[http::field::content_type];
  if (request.version() != kHttp11) return {{505, "HTTP/1.1 only", {}}};
  if (request.target() != kPath) return {{404, "the one path is /p32ex/1", {}}};
  if (request.method() != http::verb::post) return {{405, "POST only", {}}};
  if (!has_length) return {{411, "Content-Length is missing", {}}};
  if (!has_type(type, "application/xml") && !has_type(type, "text/xml")) {
    return {{415, "Content-Type: application/xml or text/xml only", {}}};
  }
  return {};
}

}  // namespace

std::string http_response(unsigned status, std::string_view xml, bool keep_alive) {
  http::response<http::string_body> response{static_cast<http::status>(status), kHttp11};
  if (status == 405) response.set(http::field::allow, "POST");
  response.keep_alive(keep_alive);
  if (status == 204) return octets_of(response);  // has no body, RFC 9110 15.3.5
  put_body(xml, response);
  return octets_of(response);
}

struct HttpServer::State {
  explicit State(const HttpLimits& given) : limits(given) { begin(); }

  void begin() {
    parser.emplace();
    parser->header_limit(static_cast<std::uint32_t>(limits.header_octets_max));
    parser->body_limit(limits.body_octets_max);
    parser->eager(true);
  }
  void fail(unsigned status, std::string reason) {
    failure = {status, std::move(reason), http_response(status, {}, false)};
    waiting.clear();
  }

  HttpLimits limits;
  std::optional<Parser<true>> parser;  // of the present request
  std::string waiting;
  std::optional<Failure> failure;
};

HttpServer::HttpServer(const HttpLimits& limits) : state_(std::make_unique<State>(limits)) {}
HttpServer::~HttpServer() = default;
HttpServer::HttpServer(HttpServer&&) noexcept = default;
HttpServer& HttpServer::operator=(HttpServer&&) noexcept = default;

void HttpServer::feed(Bytes octets) {
  if (state_->failure) return;
  state_->waiting.append(reinterpret_cast<const char*>(octets.data()), octets.size());
}

std::optional<HttpRequest> HttpServer::next() {
  State& state = *state_;
  if (state.failure || state.waiting.empty()) return {};
  boost::system::error_code code;
  const bool whole = advance(*state.parser, state.waiting, code);
  if (code) {
    state.fail(status_of(code), code.message());
    return {};
  }
  // A head that will not do is refused before its body has come.
  if (state.parser->is_header_done()) {
    const bool has_length = state.parser->chunked() || state.parser->content_length().has_value();
    if (auto fault = fault_of_head(state.parser->get(), has_length)) {
      state.fail(fault->status, fault->reason);
      return {};
    }
  }
  if (!whole) return {};
  HttpRequest request;
  auto& message = state.parser->get();
  request.keep_alive = message.keep_alive();
  request.soap = has_type(message[http::field::content_type], "text/xml") ||
                 message.find("SOAPAction") != message.end();
  unsigned status = 400;
  if (!take_body(message, state.limits.inflated_octets_max, request.body, status)) {
    state.fail(status, "Content-Encoding: damaged, too long or not known");
    return {};
  }
  state.begin();
  return request;
}

const std::optional<HttpServer::Failure>& HttpServer::failure() const { return state_->failure; }

bool HttpServer::idle() const { return state_->waiting.empty() && !state_->parser->got_some(); }

}  // namespace protocol::p32
