// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// The one file that sees Beast: its headers cost seconds.
#include "protocol/hosted/p32/http.hpp"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>

#include "protocol/hosted/p32/gzip.hpp"

namespace protocol::p32 {
namespace {

namespace http = boost::beast::http;

template <bool is_request>
using Parser = http::parser<is_request, http::string_body>;

// A message of either direction as octets.
template <bool is_request>
std::string octets_of(http::message<is_request, http::string_body>& message) {
  http::serializer<is_request, http::string_body> serializer(message);
  std::string octets;
  while (!serializer.is_done()) {
    boost::system::error_code code;
    std::size_t taken = 0;
    serializer.next(code, [&](boost::system::error_code&, const auto& buffers) {
      for (auto at = boost::asio::buffer_sequence_begin(buffers);
           at != boost::asio::buffer_sequence_end(buffers); ++at) {
        const boost::asio::const_buffer piece = *at;
        octets.append(static_cast<const char*>(piece.data()), piece.size());
        taken += piece.size();
      }
    });
    if (code) break;
    serializer.consume(taken);
  }
  return octets;
}

// Sets the body, compressed when that pays.
template <bool is_request>
void put_body(std::string_view xml, http::message<is_request, http::string_body>& message) {
  if (!xml.empty()) message.set(http::field::content_type, "application/xml");
  if (xml.size() >= kGzipFromOctets) {
    message.set(http::field::content_encoding, "gzip");
    message.body() = gzip(xml);
  } else {
    message.body().assign(xml);
  }
  message.prepare_payload();
}

// The body as text. 0: taken; otherwise the status of an encoding that nobody here knows, of damage
// or of too much.
template <bool is_request>
unsigned take_body(http::message<is_request, http::string_body>& message, std::size_t octets_max,
                   std::string& body) {
  const boost::beast::string_view encoding = message[http::field::content_encoding];
  if (encoding.empty() || boost::beast::iequals(encoding, "identity")) {
    body = std::move(message.body());
    return body.size() <= octets_max ? 0 : 413;
  }
  if (!boost::beast::iequals(encoding, "gzip")) return 415;
  std::optional<std::string> plain = gunzip(message.body(), octets_max);
  if (!plain) return 400;
  body = std::move(*plain);
  return 0;
}

unsigned status_of(boost::system::error_code code) {
  if (code == http::error::header_limit) return 431;
  if (code == http::error::body_limit || code == http::error::buffer_overflow) return 413;
  return 400;
}

// The messages of one direction of a connection: octets in, one whole message after the other out.
template <bool is_request>
class Incoming {
 public:
  explicit Incoming(const HttpLimits& limits) : limits_(limits) { begin(); }

  void feed(Bytes more) {
    if (failure_) return;
    if (at_ >= octets_.size() / 2) {
      octets_.erase(0, at_);
      at_ = 0;
    }
    octets_.append(reinterpret_cast<const char*>(more.data()), more.size());
    // More than any message may have, because nobody takes it.
    const std::size_t most = 2 * (limits_.header_octets_max + limits_.body_octets_max);
    if (octets_.size() - at_ > most) fail(413, "too much at once");
  }
  // Parses what is there; true when a message is complete.
  bool advance() {
    if (failure_ || empty()) return false;
    boost::system::error_code code;
    const bool whole = parse(code);
    if (code) fail(status_of(code), code.message());
    return whole && !code;
  }
  // The body of the complete message; the next one begins. False: an encoding that will not do.
  bool take(std::string& body) {
    const unsigned status = take_body(parser_->get(), limits_.inflated_octets_max, body);
    if (status != 0) {
      fail(status, "Content-Encoding: damaged, too long or not known");
      return false;
    }
    begin();
    return true;
  }
  void fail(unsigned status, std::string reason) {
    failure_ = {status, std::move(reason),
                is_request ? http_response(status, {}, false) : std::string()};
    octets_.clear();
    at_ = 0;
  }
  const std::optional<HttpServer::Failure>& failure() const { return failure_; }
  bool idle() const { return empty() && !parser_->got_some(); }
  Parser<is_request>& parser() { return *parser_; }
  const HttpLimits& limits() const { return limits_; }

 private:
  bool empty() const { return at_ == octets_.size(); }
  void begin() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(limits_.header_octets_max));
    parser_->body_limit(limits_.body_octets_max);
    parser_->eager(true);
  }
  bool parse(boost::system::error_code& code) {
    while (!parser_->is_done()) {
      const boost::asio::const_buffer rest(octets_.data() + at_, octets_.size() - at_);
      const std::size_t n = parser_->put(rest, code);
      at_ += n;
      if (code == http::error::need_more) {
        code = {};
        if (n == 0 || empty()) return parser_->is_done();
        continue;
      }
      if (code) return false;
      if (n == 0 && !parser_->is_done()) return false;
    }
    return true;
  }

  HttpLimits limits_;
  std::optional<Parser<is_request>> parser_;  // of the present message
  std::string octets_;                        // fed and not parsed yet, from at_ on
  std::size_t at_ = 0;
  std::optional<HttpServer::Failure> failure_;
};

constexpr unsigned kHttp11 = 11;

bool has_type(boost::beast::string_view value, boost::beast::string_view type) {
  const boost::beast::string_view head = value.substr(0, value.find(';'));
  const std::size_t end = head.find_last_not_of(" \t");
  return boost::beast::iequals(end == head.npos ? head : head.substr(0, end + 1), type);
}

std::string_view view_of(boost::beast::string_view text) { return {text.data(), text.size()}; }

// What is wrong with the head of a request; nothing: all well.
std::optional<HttpServer::Failure> fault_of_head(const http::request<http::string_body>& request,
                                                 bool has_length, bool image) {
  const auto type = request[http::field::content_type];
  if (request.version() != kHttp11) return {{505, "HTTP/1.1 only", {}}};
  if (image) {
    if (request.method() == http::verb::get) return {};
    return {{405, "GET only", {}}};
  }
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

std::string http_part(const ContentRange& part, Bytes octets, bool keep_alive) {
  http::response<http::string_body> response{http::status::partial_content, kHttp11};
  response.set(http::field::content_type, "application/octet-stream");
  response.set(http::field::content_range, content_range_text(part));
  response.keep_alive(keep_alive);
  response.body().assign(reinterpret_cast<const char*>(octets.data()), octets.size());
  response.prepare_payload();
  return octets_of(response);
}

struct HttpServer::State : Incoming<true> {
  using Incoming::Incoming;
};

HttpServer::HttpServer(const HttpLimits& limits) : state_(new State(limits)) {}
HttpServer::~HttpServer() = default;
HttpServer::HttpServer(HttpServer&&) noexcept = default;
HttpServer& HttpServer::operator=(HttpServer&&) noexcept = default;

void HttpServer::feed(Bytes octets) { state_->feed(octets); }

std::optional<HttpRequest> HttpServer::next() {
  State& state = *state_;
  const bool whole = state.advance();
  if (state.failure()) return {};
  auto& parser = state.parser();
  const bool image = state.limits().serves_images && parser.is_header_done() &&
                     view_of(parser.get().target()).starts_with(kImagePath);
  // A head that will not do is refused before its body has come.
  if (parser.is_header_done()) {
    const bool has_length = parser.chunked() || parser.content_length().has_value();
    if (auto fault = fault_of_head(parser.get(), has_length, image)) {
      state.fail(fault->status, fault->reason);
      return {};
    }
  }
  if (!whole) return {};
  HttpRequest request;
  auto& message = parser.get();
  if (image) {
    request.image = view_of(message.target());
    request.range = parse_range(view_of(message[http::field::range]));
  }
  request.keep_alive = message.keep_alive();
  request.soap = has_type(message[http::field::content_type], "text/xml") ||
                 message.find("SOAPAction") != message.end();
  if (!state.take(request.body)) return {};
  return request;
}

const std::optional<HttpServer::Failure>& HttpServer::failure() const { return state_->failure(); }
bool HttpServer::idle() const { return state_->idle(); }

std::string http_request(std::string_view host, std::string_view xml) {
  http::request<http::string_body> request{http::verb::post, kPath, kHttp11};
  request.set(http::field::host, boost::beast::string_view(host.data(), host.size()));
  request.set(http::field::accept_encoding, "gzip");
  put_body(xml, request);
  return octets_of(request);
}

std::string http_get(std::string_view host, std::string_view path, const ByteRange& range) {
  http::request<http::string_body> request{
      http::verb::get, boost::beast::string_view(path.data(), path.size()), kHttp11};
  request.set(http::field::host, boost::beast::string_view(host.data(), host.size()));
  request.set(http::field::range, range_text(range));
  return octets_of(request);
}

struct HttpClient::State : Incoming<false> {
  using Incoming::Incoming;
};

HttpClient::HttpClient(const HttpLimits& limits) : state_(new State(limits)) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

void HttpClient::feed(Bytes octets) { state_->feed(octets); }

std::optional<HttpResponse> HttpClient::next() {
  State& state = *state_;
  const bool whole = state.advance();
  if (state.failure()) return {};
  auto& parser = state.parser();
  // An answer without a length would end with the connection only.
  if (!whole && parser.is_header_done() && parser.need_eof()) {
    state.fail(400, "an answer without Content-Length");
  }
  if (!whole) return {};
  HttpResponse response;
  response.status = parser.get().result_int();
  response.keep_alive = parser.get().keep_alive();
  response.part = parse_content_range(view_of(parser.get()[http::field::content_range]));
  if (!state.take(response.body)) return {};
  return response;
}

bool HttpClient::failed() const { return state_->failure().has_value(); }
std::string HttpClient::reason() const {
  return failed() ? state_->failure()->reason : std::string();
}
bool HttpClient::idle() const { return state_->idle(); }

}  // namespace protocol::p32
