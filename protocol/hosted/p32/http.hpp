// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/bytes.hpp"
#include "protocol/hosted/p32/http_range.hpp"

// HTTP/1.1 as P3.2Ex uses it, without sockets: octets in, whole requests or answers out.
namespace protocol::p32 {

inline constexpr char kPath[] = "/p32ex/1";
inline constexpr std::uint16_t kHeadEndPort = 8432;
inline constexpr std::uint16_t kConcentratorPort = 8433;

struct HttpLimits {
  std::size_t header_octets_max = 8192;
  std::size_t body_octets_max = 4u << 20;       // as sent
  std::size_t inflated_octets_max = 16u << 20;  // after gunzip
  bool serves_images = false;                   // a server takes GET below kImagePath
};

// Octets to send. From kGzipFromOctets on the body is compressed.
std::string http_request(std::string_view host, std::string_view xml);
// status: 200 with a message, 204 without, 4xx/5xx with an Error message or without.
std::string http_response(unsigned status, std::string_view xml, bool keep_alive = true);
// For a part of an image, and that part.
std::string http_get(std::string_view host, std::string_view path, const ByteRange& range);
std::string http_part(const ContentRange& part, Bytes octets, bool keep_alive = true);

struct HttpRequest {
  std::string body;  // inflated
  bool keep_alive = true;
  bool soap = false;               // Content-Type text/xml or a SOAPAction: answer may be enveloped
  std::string image;               // the path of a GET; empty: it is a message
  std::optional<ByteRange> range;  // that it asks for, if that is one
};
// Server's end of one connection. Feed octets as they come, then take requests until none is left.
// After a failure nothing more is taken: send failure()->answer and close.
class HttpServer {
 public:
  struct Failure {
    unsigned status = 400;  // 400, 404, 405, 411, 413, 415, 431, 505
    std::string reason;
    std::string answer;  // octets to send before closing
  };

  explicit HttpServer(const HttpLimits& limits = {});
  ~HttpServer();
  HttpServer(HttpServer&&) noexcept;
  HttpServer& operator=(HttpServer&&) noexcept;

  void feed(Bytes octets);
  std::optional<HttpRequest> next();
  const std::optional<Failure>& failure() const;
  // The connection ended: was it between two requests?
  bool idle() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct HttpResponse {
  unsigned status = 0;
  std::string body;  // inflated
  bool keep_alive = true;
  std::optional<ContentRange> part;  // of an image
};
// Client's end: answers come in the order of the requests.
class HttpClient {
 public:
  explicit HttpClient(const HttpLimits& limits = {});
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  void feed(Bytes octets);
  std::optional<HttpResponse> next();
  // What came is no HTTP answer: close the connection.
  bool failed() const;
  std::string reason() const;
  bool idle() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace protocol::p32
