// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/p32/http_parse.hpp"

namespace protocol::p32 {

std::string http_request(std::string_view host, std::string_view xml) {
  constexpr unsigned kHttp11 = 11;
  http::request<http::string_body> request{http::verb::post, kPath, kHttp11};
  request.set(http::field::host, boost::beast::string_view(host.data(), host.size()));
  request.set(http::field::accept_encoding, "gzip");
  put_body(xml, request);
  return octets_of(request);
}

struct HttpClient::State {
  explicit State(const HttpLimits& given) : limits(given) { begin(); }

  void begin() {
    parser.emplace();
    parser->header_limit(static_cast<std::uint32_t>(limits.header_octets_max));
    parser->body_limit(limits.body_octets_max);
    parser->eager(true);
  }
  void fail(std::string why) {
    failed = true;
    reason = std::move(why);
    waiting.clear();
  }

  HttpLimits limits;
  std::optional<Parser<false>> parser;  // of the present answer
  std::string waiting;
  bool failed = false;
  std::string reason;
};

HttpClient::HttpClient(const HttpLimits& limits) : state_(std::make_unique<State>(limits)) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

void HttpClient::feed(Bytes octets) {
  if (state_->failed) return;
  state_->waiting.append(reinterpret_cast<const char*>(octets.data()), octets.size());
}

std::optional<HttpResponse> HttpClient::next() {
  State& state = *state_;
  if (state.failed || state.waiting.empty()) return {};
  boost::system::error_code code;
  const bool whole = advance(*state.parser, state.waiting, code);
  if (code) {
    state.fail(code.message());
    return {};
  }
  if (!whole) {
    // An answer without a length would end with the connection only.
    if (state.parser->is_header_done() && state.parser->need_eof()) {
      state.fail("an answer without Content-Length");
    }
    return {};
  }
  auto& message = state.parser->get();
  HttpResponse response;
  response.status = message.result_int();
  response.keep_alive = message.keep_alive();
  unsigned status = 0;
  if (!take_body(message, state.limits.inflated_octets_max, response.body, status)) {
    state.fail("Content-Encoding: damaged, too long or not known");
    return {};
  }
  state.begin();
  return response;
}

bool HttpClient::failed() const { return state_->failed; }
const std::string& HttpClient::reason() const { return state_->reason; }
bool HttpClient::idle() const { return state_->waiting.empty() && !state_->parser->got_some(); }

}  // namespace protocol::p32
