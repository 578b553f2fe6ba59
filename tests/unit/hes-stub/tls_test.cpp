// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// P3.2Ex on real sockets: mutual TLS, or plain on loopback; certificates and keys as files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <utility>  // Boost 1.74's Asio uses std::exchange without it

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include "hes-stub/program/arguments.hpp"
#include "hes-stub/program/real_time.hpp"
#include "tests/rigs/head_end/head_end_process.hpp"
#include "tests/rigs/head_end/test_authority.hpp"
#include "tests/rigs/head_end/world.hpp"

namespace hes {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
namespace p32 = protocol::p32;
using asio::ip::tcp;
using hes_test::kFebruary;
using hes_test::run_hes;
using hes_test::TestAuthority;
using Code = boost::system::error_code;

// The head-end in a thread of its own, until it is told to stop.
class Running {
 public:
  Running(const RealTimeOptions& options, Inventory inventory)
      : inventory_(std::move(inventory)), options_(options) {
    options_.modules.port = options_.p32_port = 0;
    options_.listening = [this](std::uint16_t, std::uint16_t port) { port_ = port; };
    config_.collect_from_utc_s = kFebruary;
    config_.signing_key = SigningKey{1};
    config_.p32_commit_delay_s = 0;
    config_.backoff_s = 1;
    thread_ = std::thread([this] {
      counters = run_in_real_time(options_, config_, inventory_, {hes_test::fake_type()}, store,
                                  log_, seen);
    });
    while (port_ == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ~Running() { stop(); }
  void stop() {
    if (!thread_.joinable()) return;
    kill(getpid(), SIGINT);
    thread_.join();
  }
  std::uint16_t port() const { return static_cast<std::uint16_t>(port_); }

  Store store{StoreOptions{":memory:", false, false}};
  EngineCounters counters;
  hes_test::Recorder seen;

 private:
  Inventory inventory_;
  RealTimeOptions options_;
  EngineConfig config_;
  hes_test::SilentLog log_;
  std::atomic<int> port_{0};
  std::thread thread_;
};

std::string report_xml(const std::string& from, int rows = 4) {
  p32::Message message;
  message.envelope = {from + "-1", from, "AMTHES", 1, 1'706'745'600'000, ""};
  message.body = hes_test::rows_report("1000000", hes_test::quarters(kFebruary + 900, rows));
  return p32::encode(message);
}

template <typename Stream>
std::optional<p32::Message> ask(Stream& stream, const std::string& request) {
  Code code;
  asio::write(stream, asio::buffer(request), code);
  p32::HttpClient client;
  std::array<std::uint8_t, 4096> in;
  while (!code) {
    const std::size_t n = stream.read_some(asio::buffer(in), code);
    client.feed(protocol::Bytes(in).first(n));
    if (const auto response = client.next()) {
      const p32::Decoded decoded = p32::decode(response->body);
      if (decoded) return decoded.message();
    }
  }
  return std::nullopt;
}

std::string report_request(const std::string& from) {
  return p32::http_request("head-end", report_xml(from));
}

// The status of the answer, and 0 for none.
template <typename Stream>
unsigned status_of(Stream& stream, const std::string& request) {
  Code code;
  asio::write(stream, asio::buffer(request), code);
  code = {};  // whoever has heard enough reads no more, and says so
  p32::HttpClient client;
  std::array<std::uint8_t, 4096> in;
  while (!code) {
    const std::size_t n = stream.read_some(asio::buffer(in), code);
    client.feed(protocol::Bytes(in).first(n));
    if (const auto response = client.next()) return response->status;
  }
  return 0;
}

class TlsTest : public testing::Test {
 protected:
  TlsTest() {
    const TestAuthority::Files own = authority_.issue("head-end");
    options_.tls = {own.certificate, own.key, authority_.certificate()};
  }
  // A client that shows these files; empty: none. The answer to a report of DC1.
  std::optional<p32::Message> report(std::uint16_t port, const TestAuthority::Files& files) {
    asio::io_context context;
    ssl::context tls(ssl::context::tls_client);
    tls.load_verify_file(authority_.certificate());
    tls.set_verify_mode(ssl::verify_peer);
    if (!files.certificate.empty()) {
      tls.use_certificate_chain_file(files.certificate);
      tls.use_private_key_file(files.key, ssl::context::pem);
    }
    ssl::stream<tcp::socket> stream(context, tls);
    stream.next_layer().connect({asio::ip::make_address("127.0.0.1"), port});
    Code code;
    stream.handshake(ssl::stream_base::client, code);
    if (code) return std::nullopt;
    return ask(stream, report_request("DC1"));
  }

  TestAuthority authority_{"right"};
  RealTimeOptions options_;
};

TEST_F(TlsTest, AConcentratorWithACertificateIsServed) {
  Running head_end(options_, hes_test::plc_inventory(0, 1));
  const auto answer = report(head_end.port(), authority_.issue("DC1"));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(std::holds_alternative<p32::Ack>(answer->body));
  head_end.stop();
  EXPECT_EQ(head_end.store.rows(), 4u);
}

TEST_F(TlsTest, WithoutACertificateTheHandshakeFails) {
  Running head_end(options_, hes_test::plc_inventory(0, 1));
  EXPECT_FALSE(report(head_end.port(), {}));
  head_end.stop();
  EXPECT_EQ(head_end.counters.p32.reports, 0u);
}

TEST_F(TlsTest, ACertificateOfAnotherAuthorityIsRefused) {
  TestAuthority wrong("wrong");
  Running head_end(options_, hes_test::plc_inventory(0, 1));
  EXPECT_FALSE(report(head_end.port(), wrong.issue("DC1")));
  head_end.stop();
  EXPECT_EQ(head_end.counters.p32.reports, 0u);
}

TEST_F(TlsTest, ACertificateOfAnotherConcentratorDoesNotSpeakForThisOne) {
  Running head_end(options_, hes_test::plc_inventory(0, 1));
  const auto answer = report(head_end.port(), authority_.issue("DC2"));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(std::holds_alternative<p32::ErrorBody>(answer->body));
  head_end.stop();
  EXPECT_EQ(head_end.counters.p32.denied, 1u);
  EXPECT_EQ(head_end.store.rows(), 0u);
}

TEST_F(TlsTest, fault_24_a_certificate_without_a_name_is_nobody) {
  Running head_end(options_, hes_test::plc_inventory(0, 1));
  EXPECT_FALSE(report(head_end.port(), authority_.issue("")));
  head_end.stop();
  EXPECT_EQ(head_end.counters.p32.reports, 0u);
  EXPECT_EQ(head_end.counters.p32.denied, 0u);
  EXPECT_EQ(head_end.store.rows(), 0u);
}

// Who connects and says nothing fills a door for nobody: the oldest of them makes room.
TEST_F(TlsTest, fault_25_silent_strangers_keep_no_concentrator_out) {
  Running head_end(options_, hes_test::plc_inventory(0, 1));
  asio::io_context context;
  std::vector<tcp::socket> silent;
  for (int k = 0; k < 100; ++k) {
    silent.emplace_back(context);
    silent.back().connect({asio::ip::make_address("127.0.0.1"), head_end.port()});
  }
  const auto answer = report(head_end.port(), authority_.issue("DC1"));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(std::holds_alternative<p32::Ack>(answer->body));
  head_end.stop();
}

TEST_F(TlsTest, SixtyFourStrangersAreBorneAndTheNextTakesTheOldestsPlace) {
  Running head_end(options_, hes_test::plc_inventory(0, 1));
  asio::io_context context;
  std::vector<tcp::socket> silent;
  const auto come = [&] {
    silent.emplace_back(context);
    silent.back().connect({asio::ip::make_address("127.0.0.1"), head_end.port()});
    silent.back().non_blocking(true);
  };
  const auto closed = [](tcp::socket& socket) {
    std::uint8_t octet = 0;
    Code code;
    socket.read_some(asio::buffer(&octet, 1), code);
    return code != asio::error::would_block;
  };
  while (silent.size() < 64) come();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_FALSE(closed(silent[0]));
  come();
  for (int i = 0; i < 500 && !closed(silent[0]); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(closed(silent[0]));
  EXPECT_FALSE(closed(silent[1]));
  head_end.stop();
}

TEST_F(TlsTest, PlainOctetsAreNoHandshake) {
  Running head_end(options_, hes_test::plc_inventory(0, 1));
  asio::io_context context;
  tcp::socket socket(context);
  socket.connect({asio::ip::make_address("127.0.0.1"), head_end.port()});
  EXPECT_FALSE(ask(socket, report_request("DC1")));
  head_end.stop();
  EXPECT_EQ(head_end.counters.p32.reports, 0u);
}

// docs/p32ex.md, limits: 4 MiB of body as sent.
TEST_F(TlsTest, ALongReportIsServedAndOneThatIsTooLongIsRefused) {
  constexpr std::size_t kMiB = 1 << 20;
  Running head_end(RealTimeOptions{}, hes_test::plc_inventory(0, 1));
  asio::io_context context;
  const auto status = [&](int rows, std::size_t above, std::size_t below) {
    const std::string xml = report_xml("DC1", rows);
    EXPECT_GT(xml.size(), above);
    EXPECT_LT(xml.size(), below);
    const std::string head =
        "POST /p32ex/1 HTTP/1.1\r\nHost: head-end\r\nContent-Type: "
        "application/xml; charset=utf-8\r\nContent-Length: ";
    tcp::socket socket(context);
    socket.connect({asio::ip::make_address("127.0.0.1"), head_end.port()});
    return status_of(socket, head + std::to_string(xml.size()) + "\r\n\r\n" + xml);
  };
  EXPECT_EQ(status(60'000, 4 * kMiB, 16 * kMiB), 413u);
  EXPECT_EQ(status(15'000, kMiB, 4 * kMiB), 200u);
  head_end.stop();
  EXPECT_EQ(head_end.counters.p32.http_refused, 1u);
  EXPECT_EQ(head_end.counters.p32.reports, 1u);
  EXPECT_EQ(head_end.store.rows(), 15'000u);
}

TEST_F(TlsTest, WithoutTlsFilesItIsPlain) {
  Running head_end(RealTimeOptions{}, hes_test::plc_inventory(0, 1));
  asio::io_context context;
  tcp::socket socket(context);
  socket.connect({asio::ip::make_address("127.0.0.1"), head_end.port()});
  const auto answer = ask(socket, report_request("DC1"));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(std::holds_alternative<p32::Ack>(answer->body));
}

// The head-end is the TLS client here; an order makes it dial.
class DiallingTest : public TlsTest {
 protected:
  using Stream = ssl::stream<tcp::socket>;
  // Where DC1 should be, somebody whose certificate has this name.
  void answer_as(const std::string& name) {
    const TestAuthority::Files files = authority_.issue(name);
    tls_.use_certificate_chain_file(files.certificate);
    tls_.use_private_key_file(files.key, ssl::context::pem);
    tls_.load_verify_file(authority_.certificate());
    tls_.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
    Order order;
    order.meter = 0;
    options_.orders.push_back(order);
    head_end_.emplace(
        options_,
        Inventory(hes_test::plc_inventory(0, 1).meters(),
                  {{"DC1", "127.0.0.1", acceptor_.local_endpoint().port(), Uplink::ethernet}}));
    stream_.emplace(acceptor_.accept(), tls_);
    stream_->handshake(ssl::stream_base::server);
  }
  // Octets that come until the head-end closes.
  std::size_t said() {
    std::array<std::uint8_t, 4096> in;
    std::size_t octets = 0;
    for (Code code; !code;) octets += stream_->read_some(asio::buffer(in), code);
    return octets;
  }

  asio::io_context context_;
  ssl::context tls_{ssl::context::tls_server};
  tcp::acceptor acceptor_{context_, {asio::ip::make_address("127.0.0.1"), 0}};
  std::optional<Running> head_end_;
  std::optional<Stream> stream_;
};

TEST_F(DiallingTest, AnEthernetConcentratorIsDialled) {
  answer_as("DC1");
  hes_test::FakeConcentrator concentrator;
  concentrator.dialled();
  std::array<std::uint8_t, 4096> in;
  while (concentrator.executed.empty()) {
    const std::size_t n = stream_->read_some(asio::buffer(in));
    concentrator.received_as_server(protocol::Bytes(in).first(n), kFebruary);
    const auto octets = concentrator.take_server_octets();
    asio::write(*stream_, asio::buffer(octets));
  }
  EXPECT_EQ(concentrator.executed[0].kind(), p32::OrderKind::relay);
}

TEST_F(DiallingTest, fault_24_whoever_answers_under_another_name_is_told_nothing) {
  answer_as("DC2");
  EXPECT_EQ(said(), 0u);
}

TEST_F(DiallingTest, fault_24_whoever_answers_without_a_name_is_told_nothing) {
  answer_as("");
  EXPECT_EQ(said(), 0u);
}

TEST_F(TlsTest, FilesThatWillNotDoAreNamed) {
  std::vector<std::string> faults;
  EXPECT_EQ(
      net::tls_context({"/nonexistent.crt", options_.tls.key, options_.tls.authority}, faults),
      nullptr);
  EXPECT_THAT(faults, testing::Contains(testing::HasSubstr("/nonexistent.crt")));
  SigningKey key{};
  EXPECT_TRUE(read_signing_key(authority_.signing_key(), key, faults));
  EXPECT_NE(key, SigningKey{});
  faults.clear();
  EXPECT_FALSE(read_signing_key(options_.tls.key, key, faults));  // of another kind
  EXPECT_THAT(faults, testing::ElementsAre(testing::HasSubstr("Ed25519")));
}

// Files as editors and tools leave them, and names that are no file.
TEST_F(TlsTest, FilesAreTakenWithTheirMarksAndOnlySoMuchOfThem) {
  const auto rewritten = [](const std::string& from) {
    std::ifstream file(from, std::ios::binary);
    std::string text = "\xEF\xBB\xBF";
    for (std::string line; std::getline(file, line);) text += line + "\r\n";
    const std::string path = from + ".crlf";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  };
  const net::TlsFiles& good = options_.tls;
  std::vector<std::string> faults;
  EXPECT_NE(
      net::tls_context(
          {rewritten(good.certificate), rewritten(good.key), rewritten(good.authority)}, faults),
      nullptr);
  EXPECT_THAT(faults, testing::IsEmpty());
  EXPECT_EQ(net::tls_context({"/dev/zero", good.key, "/tmp"}, faults), nullptr);
  EXPECT_THAT(faults, testing::ElementsAre("/dev/zero: too long, allowed are 4194304 octets: "
                                           "allowed: a certificate chain, PEM",
                                           "/tmp: cannot be read (Is a directory): "
                                           "allowed: certificates of an authority, PEM"));
  faults.clear();
  EXPECT_EQ(net::tls_context({good.key, good.certificate, "/dev/null"}, faults), nullptr);
  EXPECT_EQ(faults.size(), 3u);
}

TEST_F(TlsTest, WithConcentratorsAndNeitherTlsNorPlainItDoesNotStart) {
  const std::string path =
      testing::TempDir() + "hes_tls_" + std::to_string(getpid()) + "_inventory.json";
  std::ofstream(path) << R"({"concentrators":[{"id":"DC1","uplink":"gprs"}],"meters":[]})";
  EXPECT_EQ(run_hes({"--inventory", path}), 2);
  EXPECT_EQ(run_hes({"--inventory", path, "--p32-plain", "--listen", "0.0.0.0:0"}), 2);
  EXPECT_EQ(run_hes({"--inventory", path, "--tls-cert", options_.tls.certificate}), 2);
  EXPECT_EQ(run_hes({"--inventory", path, "--p32-plain", "--sign-key", options_.tls.key}), 2);
  std::remove(path.c_str());
}

}  // namespace
}  // namespace hes
