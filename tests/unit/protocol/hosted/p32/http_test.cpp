// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/p32/http.hpp"

#include <gtest/gtest.h>

#include "protocol/hosted/p32/codec.hpp"
#include "protocol/hosted/p32/gzip.hpp"
#include "tests/unit/protocol/hosted/p32/samples.hpp"

namespace protocol::p32::test {
namespace {

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string post(std::string_view headers, std::string_view body) {
  std::string text = "POST /p32ex/1 HTTP/1.1\r\nHost: dc\r\n";
  text += headers;
  text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  text += body;
  return text;
}
constexpr char kXmlType[] = "Content-Type: application/xml\r\n";

unsigned status_of(std::string_view octets, const HttpLimits& limits = {}) {
  HttpServer server(limits);
  server.feed(bytes_of(octets));
  EXPECT_FALSE(server.next().has_value());
  if (!server.failure()) return 0;
  EXPECT_FALSE(server.failure()->reason.empty());
  HttpClient client;  // the answer is one
  client.feed(bytes_of(server.failure()->answer));
  const auto answer = client.next();
  EXPECT_TRUE(answer && answer->status == server.failure()->status && !answer->keep_alive);
  server.feed(bytes_of(post(kXmlType, "<a/>")));
  EXPECT_FALSE(server.next().has_value()) << "nothing is taken after a failure";
  return server.failure()->status;
}

TEST(HttpServer, RequestsArriveHoweverTheOctetsAreCut) {
  const std::string small = encode(other_samples()[4].message);
  const std::string large = encode(load_profile(10, 16));
  const std::string octets =
      http_request("hes", small) + http_request("hes", large) + http_request("hes", small);
  for (const std::size_t step :
       {std::size_t{1}, std::size_t{7}, std::size_t{1000}, octets.size()}) {
    HttpServer server;
    std::vector<std::string> bodies;
    EXPECT_TRUE(server.idle());
    for (std::size_t at = 0; at < octets.size(); at += step) {
      server.feed(bytes_of(std::string_view(octets).substr(at, step)));
      while (auto request = server.next()) {
        EXPECT_TRUE(request->keep_alive);
        bodies.push_back(request->body);
      }
    }
    EXPECT_EQ(bodies, (std::vector<std::string>{small, large, small})) << step;
    EXPECT_FALSE(server.failure().has_value());
    EXPECT_TRUE(server.idle());
  }
}

TEST(HttpServer, LargeBodiesTravelCompressed) {
  const std::string large = encode(load_profile(10, 16));
  const std::string octets = http_request("hes", large);
  EXPECT_NE(octets.find("Content-Encoding: gzip\r\n"), octets.npos);
  EXPECT_LT(octets.size() * 5, large.size());
  const std::string small = http_request("hes", "<a/>");
  EXPECT_EQ(small.find("Content-Encoding"), small.npos);
}

TEST(HttpServer, ChunkedBodiesAreTaken) {
  HttpServer server;
  server.feed(
      bytes_of("POST /p32ex/1 HTTP/1.1\r\nHost: d\r\nContent-Type: text/xml; charset=utf-8\r\n"
               "SOAPAction: \"\"\r\nTransfer-Encoding: chunked\r\n\r\n"
               "2\r\n<a\r\n2\r\n/>\r\n0\r\n\r\n"));
  const auto request = server.next();
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->body, "<a/>");
  EXPECT_TRUE(request->soap);
}

TEST(HttpServer, ConnectionCloseIsSeen) {
  HttpServer server;
  server.feed(bytes_of(post(std::string(kXmlType) + "Connection: close\r\n", "<a/>")));
  const auto request = server.next();
  ASSERT_TRUE(request.has_value());
  EXPECT_FALSE(request->keep_alive);
}

TEST(HttpServer, WhatIsNoRequestOfOursHasItsStatus) {
  EXPECT_EQ(status_of("\x16\x03\x01 hello, is this TLS?\r\n\r\n"), 400u);
  EXPECT_EQ(status_of("GET /p32ex/1 HTTP/1.1\r\nHost: d\r\n\r\n"), 405u);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n\r\n"), 404u);
  EXPECT_EQ(status_of("POST /p32ex/1 HTTP/1.1\r\nHost: d\r\n\r\n"), 411u);
  EXPECT_EQ(status_of("POST /p32ex/1 HTTP/1.0\r\nHost: d\r\nContent-Length: 0\r\n\r\n"), 505u);
  EXPECT_EQ(status_of(post("Content-Type: application/json\r\n", "{}")), 415u);
  EXPECT_EQ(status_of(post("", "<a/>")), 415u);
  EXPECT_EQ(status_of(post(std::string(kXmlType) + "Content-Encoding: br\r\n", "xx")), 415u);
  EXPECT_EQ(status_of(post(std::string(kXmlType) + "Content-Encoding: gzip\r\n", "<a/>")), 400u);
  EXPECT_EQ(status_of("POST /p32ex/1 HTTP/1.1\r\nContent-Length: 5x\r\n\r\n"), 400u);
  EXPECT_EQ(status_of("POST /p32ex/1 HTTP/1.1\r\nX: " + std::string(10'000, 'x') + "\r\n\r\n"),
            431u);
}

TEST(HttpServer, PartsOfImagesAreAskedForWhereTheyAreServed) {
  HttpLimits limits;
  const std::string path = image_path(std::vector<std::uint8_t>(32, 0xAB));
  EXPECT_EQ(status_of(http_get("h", path, {0, 99}), limits), 404u);
  limits.serves_images = true;
  EXPECT_EQ(status_of("PUT " + path + " HTTP/1.1\r\nHost: d\r\n\r\n", limits), 405u);
  HttpServer server(limits);
  server.feed(bytes_of(http_get("h", path, {16'384, 32'767}) + post(kXmlType, "<a/>") + "GET " +
                       path + " HTTP/1.1\r\nHost: d\r\nRange: bytes=5-\r\n\r\n"));
  const auto part = server.next();
  ASSERT_TRUE(part.has_value());
  EXPECT_EQ(part->image, path);
  EXPECT_EQ(part->range, (ByteRange{16'384, 32'767}));
  EXPECT_TRUE(part->keep_alive);
  const auto message = server.next();
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->image, "");
  EXPECT_EQ(message->body, "<a/>");
  const auto open = server.next();
  ASSERT_TRUE(open.has_value());
  EXPECT_EQ(open->range, std::nullopt);
  HttpClient client;
  const std::string octets("\0\xFFmore", 6);
  client.feed(bytes_of(http_part({{10, 15}, 4711}, bytes_of(octets))));
  const auto answer = client.next();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 206u);
  EXPECT_EQ(answer->part, (ContentRange{{10, 15}, 4711}));
  EXPECT_EQ(answer->body, octets);
}

TEST(HttpServer, RangesAreWhatTheyAre) {
  EXPECT_EQ(parse_range("bytes=0-0"), (ByteRange{0, 0}));
  EXPECT_EQ(parse_range(range_text({7, 16'390})), (ByteRange{7, 16'390}));
  for (const char* wrong :
       {"", "bytes=", "bytes=5-4", "bytes=-5", "bytes=5-", "bytes=0-16384", "bytes=0-1,4-5",
        "bytes= 0-1", "bytes=+0-1", "bytes=0-1 ", "bytes=0-4294967296", "octets=0-1"}) {
    EXPECT_EQ(parse_range(wrong), std::nullopt) << wrong;
  }
  EXPECT_EQ(parse_content_range("bytes 0-9/10"), (ContentRange{{0, 9}, 10}));
  for (const char* wrong : {"", "bytes */10", "bytes 0-10/10", "bytes 5-4/10", "bytes 0-9/*",
                            "bytes 0-9", "bytes 0-9/10 "}) {
    EXPECT_EQ(parse_content_range(wrong), std::nullopt) << wrong;
  }
}

TEST(HttpServer, TwoLengthsAreAnAttack) {
  const std::string two = std::string(kXmlType) + "Transfer-Encoding: chunked\r\n";
  EXPECT_EQ(status_of(post(two, "0\r\n\r\n")), 400u);
  EXPECT_EQ(status_of(post(std::string(kXmlType) + "Content-Length: 3\r\n", "<a/>")), 400u);
}

TEST(HttpServer, BodiesAreLimitedAsSentAndInflated) {
  HttpLimits limits;
  limits.body_octets_max = 1000;
  limits.inflated_octets_max = 5000;
  EXPECT_EQ(status_of(post(kXmlType, std::string(1001, 'x')), limits), 413u);
  EXPECT_EQ(status_of(post(std::string(kXmlType) + "Content-Encoding: gzip\r\n",
                           gzip(std::string(100'000, 'x'))),
                      limits),
            400u);
  // A head that announces too much is refused before the body comes.
  EXPECT_EQ(status_of("POST /p32ex/1 HTTP/1.1\r\nHost: d\r\nContent-Type: application/xml\r\n"
                      "Content-Length: 99999999999\r\n\r\n",
                      limits),
            413u);
}

TEST(HttpServer, WhatNobodyTakesIsNotKeptWithoutEnd) {
  HttpLimits limits;
  limits.header_octets_max = 500;
  limits.body_octets_max = 500;
  HttpServer server(limits);
  const std::string request = post(kXmlType, "<a/>");
  for (int k = 0; k < 100 && !server.failure(); ++k) server.feed(bytes_of(request));
  ASSERT_TRUE(server.failure().has_value());
  EXPECT_EQ(server.failure()->status, 413u);
  EXPECT_FALSE(server.next().has_value());
}

TEST(HttpServer, AnyOctetChangedNeverCrashes) {
  const std::string octets = http_request("hes", encode(load_profile(2, 8)));
  for (std::size_t at = 0; at < octets.size(); ++at) {
    for (const int mask : {0x01, 0x80, 0xFF}) {
      std::string bad = octets;
      bad[at] = static_cast<char>(bad[at] ^ mask);
      HttpServer server;
      server.feed(bytes_of(bad));
      const auto request = server.next();
      EXPECT_FALSE(request && server.failure());
    }
  }
}

TEST(HttpClient, AnswersArriveInOrder) {
  const std::string large = encode(load_profile(10, 16));
  const std::string octets = http_response(200, large) + http_response(204, "") +
                             http_response(400, "<Error/>") + http_response(500, "", false);
  HttpClient client;
  std::vector<unsigned> statuses;
  std::vector<std::string> bodies;
  for (const char c : octets) {
    client.feed(bytes_of({&c, 1}));
    while (auto response = client.next()) {
      statuses.push_back(response->status);
      bodies.push_back(response->body);
      EXPECT_EQ(response->keep_alive, response->status != 500);
    }
  }
  EXPECT_FALSE(client.failed()) << client.reason();
  EXPECT_EQ(statuses, (std::vector<unsigned>{200, 204, 400, 500}));
  EXPECT_EQ(bodies, (std::vector<std::string>{large, "", "<Error/>", ""}));
  EXPECT_TRUE(client.idle());
}

TEST(HttpClient, GarbageFails) {
  HttpClient client;
  client.feed(bytes_of("SSH-2.0-OpenSSH_9.2\r\n"));
  EXPECT_FALSE(client.next().has_value());
  EXPECT_TRUE(client.failed());
  HttpClient endless;
  endless.feed(bytes_of("HTTP/1.1 200 OK\r\n\r\n<a/>"));
  EXPECT_FALSE(endless.next().has_value());
  EXPECT_TRUE(endless.failed());
}

}  // namespace
}  // namespace protocol::p32::test
