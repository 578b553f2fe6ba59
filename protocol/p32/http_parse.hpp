// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// For http_*.cpp only: Beast's headers cost seconds a translation unit.
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <string>

#include "protocol/p32/gzip.hpp"
#include "protocol/p32/http.hpp"

namespace protocol::p32 {

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

// The body as text. False: an encoding that nobody here knows, or damaged; `status` says which.
template <bool is_request>
bool take_body(http::message<is_request, http::string_body>& message, std::size_t octets_max,
               std::string& body, unsigned& status) {
  const boost::beast::string_view encoding = message[http::field::content_encoding];
  status = 415;
  if (encoding.empty() || boost::beast::iequals(encoding, "identity")) {
    body = std::move(message.body());
    status = 413;
    return body.size() <= octets_max;
  }
  if (!boost::beast::iequals(encoding, "gzip")) return false;
  std::optional<std::string> plain = gunzip(message.body(), octets_max);
  status = 400;
  if (!plain) return false;
  body = std::move(*plain);
  return true;
}

// Feeds what is there; true when a message is complete. Consumed octets leave `waiting`.
template <bool is_request>
bool advance(Parser<is_request>& parser, std::string& waiting, boost::system::error_code& code) {
  while (!parser.is_done()) {
    const std::size_t n =
        parser.put(boost::asio::const_buffer(waiting.data(), waiting.size()), code);
    waiting.erase(0, n);
    if (code == http::error::need_more) {
      code = {};
      if (n == 0 || waiting.empty()) return parser.is_done();
      continue;
    }
    if (code) return false;
    if (n == 0 && !parser.is_done()) return false;
  }
  return true;
}

}  // namespace protocol::p32
